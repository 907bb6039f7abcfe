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
  static let folders = ["go-hpack", "nghttp2", "nghttp2-change-table-size"]
  static let files = folders.flatMap { folder in
    Fixtures.files(in: "vectors/hpack/\(folder)").map { "\(folder)/\($0)" }
  }

  @Test func `are stories of three encoders`() {
    #expect(Self.files.count == 53)
  }

  @Test(arguments: files) func `decode to their fields`(file: String) throws {
    try check(Fixtures.bytes("vectors/hpack/\(file)"))
  }

  /// All stories, of any encoder, where `HPACK_STORIES` names a directory that has them in one for each.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["HPACK_STORIES"] != nil))
  func `decode to their fields, all that are there`() throws {
    let root = URL(filePath: ProcessInfo.processInfo.environment["HPACK_STORIES"] ?? "")
    var count = 0
    let paths = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
    for case let path as URL in paths where path.pathExtension == "json" {
      try check([UInt8](Data(contentsOf: path)))
      count += 1
    }
    #expect(count > 0)
  }

  /// Decodes the blocks of a story one after the other, the table growing where the story says so.
  private func check(_ bytes: [UInt8]) throws {
    let story = try JSONDecoder().decode(HPACKStory.self, from: Data(bytes))
    #expect(!story.cases.isEmpty)
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
