import ContentCoding
import Inspection
import TestSupport
import Testing

/// A coded text, and what its decoder is to make of it.
struct DecoderCase: Sendable, CustomTestStringConvertible {
  struct Result: Equatable {
    var decoded: String
    var error: ContentDecodingError?
  }

  var testDescription: String
  var coding: String
  var coded: [UInt8]
  var decoded: String
  var error: ContentDecodingError?

  /// Decodes it whole, byte by byte, and cut at every place.
  func check() throws {
    var expected = Result(decoded: decoded, error: error)
    #expect(try decode(coded.map { [$0] }) == expected)
    // How much of broken data a library gives depends on how it gets it.
    if case .malformed = error { expected.decoded = "" }
    let cuts = (1..<max(2, coded.count)).map { [Array(coded.prefix($0)), Array(coded.dropFirst($0))] }
    for pieces in [[coded]] + cuts {
      var result = try decode(pieces)
      if case .malformed = error { result.decoded = "" }
      #expect(result == expected, "cut at \(pieces[0].count)")
    }
  }

  private func decode(_ pieces: [[UInt8]]) throws -> Result {
    let decoder = try #require(ContentServices.system.decoders?.makeDecoder(for: coding))
    var text: [UInt8] = []
    do throws(ContentDecodingError) {
      for piece in pieces {
        try decoder.decode(piece.span) { output in
          for index in output.indices { text.append(output[index]) }
          return true
        }
      }
      try decoder.finish()
    } catch {
      return Result(decoded: String(decoding: text, as: UTF8.self), error: error)
    }
    return Result(decoded: String(decoding: text, as: UTF8.self), error: nil)
  }
}

/// The sizes of the first three pieces of output, behind which the decoder was stopped, and the memory it held.
func firstPieces(_ coding: String, _ coded: [UInt8]) throws -> (sizes: [Int], heldByteCount: Int) {
  let decoder = try #require(ContentServices.system.decoders?.makeDecoder(for: coding))
  var sizes: [Int] = []
  try decoder.decode(coded.span) { output in
    sizes.append(output.count)
    return sizes.count < 3
  }
  return (sizes, decoder.heldByteCount)
}
