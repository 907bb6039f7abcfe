import Foundation
import TestSupport
import Testing

@testable import Replay

@Suite struct `Spilled bytes` {
  let place: TemporaryDirectory
  let directory: OutputDirectory

  init() throws {
    place = try TemporaryDirectory()
    directory = try OutputDirectory(path: place.url.path)
  }

  private func all(_ bytes: SpilledBytes) throws -> [UInt8] {
    var result: [UInt8] = []
    try bytes.forEachPiece { piece throws(ExportError) in result.append(piece) }
    return result
  }

  @Test func `come back as they went, whatever the pieces were`() throws {
    var random = SeededRandom(seed: 3)
    for limit in [0, 1_000, SpillSpace.memoryLimit] {
      let space = SpillSpace(in: directory, memoryLimit: limit)
      let bytes = SpilledBytes(in: space)
      var expected: [UInt8] = []
      for _ in 0..<200 {
        let count = Int(random.next() % 3_000)
        let piece = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        bytes.append(piece.span)
        expected += piece
      }
      #expect(bytes.count == expected.count)
      #expect(try all(bytes) == expected)
      #expect(try bytes.collected(limit: expected.count) == expected)
      #expect(try bytes.collected(limit: expected.count - 1) == nil)
    }
    #expect(try place.names() == [])
  }

  @Test func `leave their place in the file to others when they go`() throws {
    let space = SpillSpace(in: directory, memoryLimit: 0)
    let piece = [UInt8](repeating: 7, count: 3 * SpillSpace.blockSize)
    for _ in 0..<10 {
      let bytes = SpilledBytes(in: space)
      bytes.append(piece.span)
      #expect(try all(bytes) == piece)
    }
    #expect(space.fileBlockCount == 3)
  }

  @Test func `stay within the memory that all share`() throws {
    let space = SpillSpace(in: directory, memoryLimit: 100_000)
    let piece = [UInt8](repeating: 1, count: 1_000)
    let holders = (0..<500).map { _ in SpilledBytes(in: space) }
    for holder in holders { holder.append(piece.span) }
    #expect(holders.count { $0.memoryCount > 0 } == 100)
    for holder in holders { #expect(try all(holder) == piece) }
  }

  @Test func `tell of a file that cannot be written`() throws {
    let gone = try TemporaryDirectory()
    let space = SpillSpace(in: try OutputDirectory(path: gone.url.path), memoryLimit: 0)
    try FileManager.default.removeItem(at: gone.url)
    let bytes = SpilledBytes(in: space)
    bytes.append([UInt8(1)].span)
    #expect(space.failure != nil)
    #expect(throws: ExportError.self) { try all(bytes) }
  }
}

@Suite struct `Sorted records` {
  struct Case: Sendable {
    var count: Int
    var longest: Int
    var runLength: Int
  }

  static let cases = [
    Case(count: 0, longest: 1, runLength: 8),
    Case(count: 1, longest: 100, runLength: 8),
    Case(count: 8, longest: 100, runLength: 8),
    Case(count: 3_000, longest: 20, runLength: 8),
    Case(count: 3_000, longest: 2_000, runLength: 1_000),
    Case(count: 5, longest: 900_000, runLength: 2),
    Case(count: 100, longest: 50, runLength: SortedRecords.runLength),
  ]

  @Test(arguments: cases)
  func `come back in the order of their keys`(_ test: Case) throws {
    let place = try TemporaryDirectory()
    let records = SortedRecords(in: try OutputDirectory(path: place.url.path), runLength: test.runLength)
    var random = SeededRandom(seed: 9)
    var expected: [(key: RecordKey, bytes: [UInt8])] = []
    for _ in 0..<test.count {
      let key = RecordKey(first: Int64(random.next() % 50) - 25, second: random.next() % 4, third: 0)
      let count = Int(random.next() % UInt64(test.longest))
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      records.append(bytes.span.extracting(0..<count / 2))
      records.append(bytes.span.extracting(count / 2..<count))
      records.end(key: key)
      expected.append((key, bytes))
    }
    // Like keys stay in the order in which they came.
    let sorted = expected.enumerated().sorted {
      $0.element.key == $1.element.key ? $0.offset < $1.offset : $0.element.key < $1.element.key
    }
    var found: [[UInt8]] = [[]]
    try records.readAll { piece, isLast throws(ExportError) in
      found[found.count - 1].append(piece)
      if isLast { found.append([]) }
    }
    #expect(found.dropLast().elementsEqual(sorted.map(\.element.bytes)))
    #expect(try place.names() == [])
  }
}
