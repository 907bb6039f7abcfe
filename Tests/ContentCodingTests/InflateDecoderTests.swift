import ContentCoding
import Inspection
import TestSupport
import Testing

@Suite struct `An inflate decoder` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var coding: String
    var coded: [UInt8]
    var decoded: String
    var error: ContentDecodingError?
  }

  /// "hello hello hello hello\n" by Python's zlib and gzip.
  static let zlib = [UInt8](hex: "789ccb48cdc9c957c84027b90070be08bb")
  static let raw = [UInt8](hex: "cb48cdc9c957c84027b900")
  static let gzip = [UInt8](hex: "1f8b0800000000000203cb48cdc9c957c84027b9000088590b18000000")
  static let text = "hello hello hello hello\n"

  static let cases: [Case] = [
    Case(testDescription: "gzip", coding: "gzip", coded: gzip, decoded: text),
    Case(testDescription: "x-gzip", coding: "x-gzip", coded: gzip, decoded: text),
    Case(testDescription: "deflate in zlib", coding: "deflate", coded: zlib, decoded: text),
    Case(testDescription: "raw deflate", coding: "deflate", coded: raw, decoded: text),
    Case(
      testDescription: "a raw stored block", coding: "deflate",
      coded: [UInt8](hex: "010500faff") + Array("abcde".utf8), decoded: "abcde"),
    Case(testDescription: "two gzip members", coding: "gzip", coded: gzip + gzip, decoded: text + text),
    Case(
      testDescription: "gzip and more", coding: "gzip", coded: gzip + [0, 0], decoded: text,
      error: .trailingData),
    Case(
      testDescription: "zlib and more", coding: "deflate", coded: zlib + [0x78], decoded: text,
      error: .trailingData),
    Case(
      testDescription: "gzip cut in its trailer", coding: "gzip", coded: gzip.dropLast(), decoded: text,
      error: .truncated),
    Case(
      testDescription: "one byte of deflate", coding: "deflate", coded: [0x78], decoded: "", error: .truncated
    ),
    Case(
      testDescription: "no gzip", coding: "gzip", coded: Array("hello".utf8), decoded: "",
      error: .malformed("incorrect header check")),
    Case(
      testDescription: "a wrong checksum", coding: "gzip",
      coded: gzip.dropLast(8) + [0, 0, 0, 0] + gzip.suffix(4), decoded: text,
      error: .malformed("incorrect data check")),
    Case(
      testDescription: "a preset dictionary", coding: "deflate", coded: [UInt8](hex: "78bb00000001"),
      decoded: "",
      error: .malformed("zlib error 2")),
  ]

  @Test(arguments: cases) func `decodes the same whole, byte by byte, and cut anywhere`(_ example: Case)
    throws
  {
    let coded = example.coded
    #expect(try decode(example.coding, [coded]) == Result(decoded: example.decoded, error: example.error))
    let bytes = coded.map { [$0] }
    #expect(try decode(example.coding, bytes) == Result(decoded: example.decoded, error: example.error))
    for cut in 1..<max(2, coded.count) {
      let pieces = [Array(coded.prefix(cut)), Array(coded.dropFirst(cut))]
      #expect(try decode(example.coding, pieces) == Result(decoded: example.decoded, error: example.error))
    }
  }

  @Test func `gives output in bounded pieces and stops when told`() throws {
    let decoder = try #require(ContentServices.system.decoders?.makeDecoder(for: "gzip"))
    var pieceSizes: [Int] = []
    try decoder.decode(Self.zeros.span) { output in
      pieceSizes.append(output.count)
      return pieceSizes.count < 3
    }
    #expect(pieceSizes == [32_768, 32_768, 32_768])
  }

  @Test(arguments: ["br", "zstd", "compress", "identity", "GZIP", ""])
  func `knows no coding but these`(_ coding: String) {
    #expect(ContentServices.system.decoders?.makeDecoder(for: coding) == nil)
  }

  struct Result: Equatable {
    var decoded: String
    var error: ContentDecodingError?
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

  private func decode(_ coding: String, _ pieces: [[UInt8]]) throws -> Result {
    let decoder = try #require(ContentServices.system.decoders?.makeDecoder(for: coding))
    var decoded: [UInt8] = []
    do throws(ContentDecodingError) {
      for piece in pieces {
        try decoder.decode(piece.span) { output in
          for index in output.indices { decoded.append(output[index]) }
          return true
        }
      }
      try decoder.finish()
    } catch {
      return Result(decoded: String(decoding: decoded, as: UTF8.self), error: error)
    }
    return Result(decoded: String(decoding: decoded, as: UTF8.self), error: nil)
  }
}
