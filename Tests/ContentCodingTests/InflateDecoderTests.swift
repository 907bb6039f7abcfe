import ContentCoding
import Inspection
import TestSupport
import Testing

@Suite struct `An inflate decoder` {
  /// "hello hello hello hello\n" by Python's zlib and gzip.
  static let zlib = [UInt8](hex: "789ccb48cdc9c957c84027b90070be08bb")
  static let raw = [UInt8](hex: "cb48cdc9c957c84027b900")
  static let gzip = [UInt8](hex: "1f8b0800000000000203cb48cdc9c957c84027b9000088590b18000000")
  static let text = "hello hello hello hello\n"

  static let cases: [DecoderCase] = [
    DecoderCase(testDescription: "gzip", coding: "gzip", coded: gzip, decoded: text),
    DecoderCase(testDescription: "x-gzip", coding: "x-gzip", coded: gzip, decoded: text),
    DecoderCase(testDescription: "deflate in zlib", coding: "deflate", coded: zlib, decoded: text),
    DecoderCase(testDescription: "raw deflate", coding: "deflate", coded: raw, decoded: text),
    DecoderCase(
      testDescription: "a raw stored block", coding: "deflate",
      coded: [UInt8](hex: "010500faff") + Array("abcde".utf8), decoded: "abcde"),
    DecoderCase(
      testDescription: "two gzip members", coding: "gzip", coded: gzip + gzip, decoded: text + text),
    DecoderCase(
      testDescription: "gzip and more", coding: "gzip", coded: gzip + [0, 0], decoded: text,
      error: .trailingData),
    DecoderCase(
      testDescription: "zlib and more", coding: "deflate", coded: zlib + [0x78], decoded: text,
      error: .trailingData),
    DecoderCase(
      testDescription: "gzip cut in its trailer", coding: "gzip", coded: gzip.dropLast(), decoded: text,
      error: .truncated),
    DecoderCase(
      testDescription: "one byte of deflate", coding: "deflate", coded: [0x78], decoded: "", error: .truncated
    ),
    DecoderCase(
      testDescription: "no gzip", coding: "gzip", coded: Array("hello".utf8), decoded: "",
      error: .malformed("incorrect header check")),
    DecoderCase(
      testDescription: "a wrong checksum", coding: "gzip",
      coded: gzip.dropLast(8) + [0, 0, 0, 0] + gzip.suffix(4), decoded: text,
      error: .malformed("incorrect data check")),
    DecoderCase(
      testDescription: "a preset dictionary", coding: "deflate", coded: [UInt8](hex: "78bb00000001"),
      decoded: "",
      error: .malformed("zlib error 2")),
  ]

  @Test(arguments: cases) func `decodes the same whole, byte by byte, and cut anywhere`(
    _ example: DecoderCase
  )
    throws
  {
    try example.check()
  }

  @Test func `gives output in bounded pieces and stops when told`() throws {
    #expect(try firstPieces("gzip", Self.zeros).sizes == [32_768, 32_768, 32_768])
  }

  @Test(arguments: ["compress", "x-compress", "identity", "dcb", "GZIP", ""])
  func `is the system's for no coding but these`(_ coding: String) {
    #expect(ContentServices.system.decoders?.makeDecoder(for: coding) == nil)
  }

  /// 200,000 zero bytes by Python's gzip.
  static let zeros = [UInt8](
    hex: """
      1f8b0800000000000203edc13101000000c2a0f54f6d067fa00000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000080d7007b58e05c400d0300
      """)
}
