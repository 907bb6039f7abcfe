import Foundation
import TestSupport
import Testing

@testable import Inspection

/// One story of http2jp/hpack-test-case: the header blocks of one connection's direction.
struct HPACKStory: Decodable {
  struct Case: Decodable {
    var seqno: Int
    var wire: String
    /// Objects of one name and value each.
    var headers: [[String: String]]
  }

  var cases: [Case]
}

@Suite struct `The vectors of hpack-test-case` {
  static let files = ["go-hpack", "nghttp2", "nghttp2-change-table-size"].flatMap { folder in
    Fixtures.files(in: "vectors/hpack/\(folder)").map { "\(folder)/\($0)" }
  }

  @Test func `are three stories of each encoder`() {
    #expect(Self.files.count == 9)
  }

  @Test(arguments: files) func `decode to their fields`(file: String) throws {
    let bytes = try Fixtures.bytes("vectors/hpack/\(file)")
    let story = try JSONDecoder().decode(HPACKStory.self, from: Data(bytes))
    #expect(story.cases.count > 2)
    var decoder = HPACKDecoder(allowedCapacity: nil, mostCapacity: 65_536)
    for example in story.cases {
      var fields: [String] = []
      _ = try decoder.decode([UInt8](hex: example.wire)) {
        fields.append(
          "\(String(decoding: $0.name, as: UTF8.self)): \(String(decoding: $0.value, as: UTF8.self))")
      }
      let expected = example.headers.flatMap { header in header.map { "\($0.key): \($0.value)" } }
      #expect(fields == expected, "case \(example.seqno)")
    }
  }
}
