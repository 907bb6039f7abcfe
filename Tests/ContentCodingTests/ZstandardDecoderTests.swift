import ContentCoding
import Inspection
import TestSupport
import Testing

@Suite struct `A zstandard decoder` {
  /// "hello hello hello hello\n" by zstd 1.5, without and with a checksum.
  static let plain = [UInt8](hex: "28b52ffd20186d00003868656c6c6f200a0100994b11")
  static let checked = [UInt8](hex: "28b52ffd04586d00003868656c6c6f200a0100994b11a87c2ea8")
  /// 200,000 zero bytes.
  static let zeros = [UInt8](hex: "28b52ffd00585400001000000100fbff39c002036a0800")
  /// A frame that is skipped (RFC 8878 §3.1.2), with three bytes in it.
  static let skipped = [UInt8](hex: "5a2a4d1803000000010203")
  static let text = "hello hello hello hello\n"

  static let cases: [DecoderCase] = [
    DecoderCase(testDescription: "a frame", coding: "zstd", coded: plain, decoded: text),
    DecoderCase(testDescription: "a frame with a checksum", coding: "zstd", coded: checked, decoded: text),
    DecoderCase(
      testDescription: "frames, one of them skipped", coding: "zstd", coded: plain + skipped + checked,
      decoded: text + text),
    DecoderCase(
      testDescription: "a frame and more", coding: "zstd", coded: plain + [0], decoded: text,
      error: .trailingData),
    DecoderCase(
      testDescription: "a cut frame", coding: "zstd", coded: checked.dropLast(), decoded: text,
      error: .truncated),
    DecoderCase(
      testDescription: "a window of 8 MiB", coding: "zstd", coded: window(log: 23), decoded: "a"),
    DecoderCase(
      testDescription: "a window of 16 MiB", coding: "zstd", coded: window(log: 24), decoded: "",
      error: .malformed("zstd: Frame requires too much memory for decoding")),
    DecoderCase(
      testDescription: "a wrong checksum", coding: "zstd", coded: checked.dropLast() + [0], decoded: text,
      error: .malformed("zstd: Restored data doesn't match checksum")),
    DecoderCase(
      testDescription: "a frame that asks for a dictionary", coding: "zstd",
      coded: [UInt8](hex: "28b52ffd01580707000000000001"), decoded: "",
      error: .malformed("zstd: Dictionary mismatch")),
    DecoderCase(
      testDescription: "something else", coding: "zstd", coded: Array("<html>".utf8), decoded: "",
      error: .malformed("zstd: Unknown frame descriptor")),
  ]

  /// A frame of one raw block with one byte, that asks for a window of so many bits (RFC 8878 §3.1.1.1.2).
  private static func window(log: UInt8) -> [UInt8] {
    [UInt8](hex: "28b52ffd00") + [(log - 10) << 3] + [UInt8](hex: "09000061")
  }

  @Test(arguments: cases) func `decodes the same whole, byte by byte, and cut anywhere`(
    _ example: DecoderCase
  )
    throws
  {
    try example.check()
  }

  @Test func `gives output in bounded pieces and stops when told`() throws {
    let (sizes, heldByteCount) = try firstPieces("zstd", Self.zeros)
    #expect(sizes == [32_768, 32_768, 32_768])
    #expect(heldByteCount == 524_288 + 98_304)
  }
}
