import ContentCoding
import Inspection
import TestSupport
import Testing

@Suite struct `A brotli decoder` {
  /// "hello hello hello hello\n" by Node's zlib.
  static let coded = [UInt8](hex: "1b1700f88d946ede445586d60a206c6f4a1179e280ae16")
  /// 200,000 zero bytes.
  static let zeros = [UInt8](hex: "5b3f0d837f02201e0b04f2090600")
  static let text = "hello hello hello hello\n"

  static let cases: [DecoderCase] = [
    DecoderCase(testDescription: "a text", coding: "br", coded: coded, decoded: text),
    DecoderCase(testDescription: "nothing", coding: "br", coded: [0x3b], decoded: ""),
    DecoderCase(
      testDescription: "a text and more", coding: "br", coded: coded + [0], decoded: text,
      error: .trailingData),
    DecoderCase(
      testDescription: "two texts, which br cannot join", coding: "br", coded: coded + coded, decoded: text,
      error: .trailingData),
    DecoderCase(
      testDescription: "a cut text", coding: "br", coded: Array(coded.prefix(2)), decoded: "",
      error: .truncated),
    // RFC 7932 §9.1: a large window is another format.
    DecoderCase(
      testDescription: "a window of more than 16 MiB", coding: "br", coded: [0x11, 0x1e, 0x03], decoded: "",
      error: .malformed("brotli error WINDOW_BITS")),
    DecoderCase(
      testDescription: "something else", coding: "br", coded: Array("<html>".utf8), decoded: "",
      error: .malformed("brotli error RESERVED")),
  ]

  @Test(arguments: cases) func `decodes the same whole, byte by byte, and cut anywhere`(
    _ example: DecoderCase
  )
    throws
  {
    try example.check()
  }

  @Test func `gives output in bounded pieces and stops when told`() throws {
    let (sizes, heldByteCount) = try firstPieces("br", Self.zeros)
    #expect(sizes == [32_768, 32_768, 32_768])
    #expect(heldByteCount == 131_072 + 98_304)
  }
}
