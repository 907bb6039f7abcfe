import ContentCoding
import Dispatch
import Foundation
import Inspection
import Synchronization
import TestSupport
import Testing

@testable import Replay

@Suite struct `Check cache` {
  private let directory: TemporaryDirectory
  private let cache: CheckCache
  private let passed = CheckCache.Passed(exchangeCount: 7, metRules: [true, false, true])

  init() throws {
    directory = try TemporaryDirectory()
    let digests = try #require(ContentServices.system.digests)
    cache = try #require(CheckCache(below: directory.path("cache"), digests: digests))
    _ = try directory.write(Array("recording".utf8), to: "a.pcap")
  }

  private var files: [String] { [directory.path("a.pcap"), directory.path("a.sessions.jsonl")] }

  private func entries() -> [String] {
    let root = directory.path("cache/wiretape/checks")
    return (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? [])
      .filter { $0.contains("/") }.map { "\(root)/\($0)" }
  }

  @Test func `knows what passed, for its user alone`() throws {
    let key = try #require(cache.key(files: files, bytes: [[1]]))
    #expect(cache.passed(key) == nil)
    cache.keep(passed, for: key)
    #expect(cache.passed(key) == passed)
    let entry = try #require(entries().first)
    #expect(try FileManager.default.attributesOfItem(atPath: entry)[.posixPermissions] as? Int == 0o600)
    let place = directory.path("cache/wiretape")
    #expect(try FileManager.default.attributesOfItem(atPath: place)[.posixPermissions] as? Int == 0o700)
  }

  @Test func `knows nothing of what changed`() throws {
    cache.keep(passed, for: try #require(cache.key(files: files, bytes: [[1]])))
    #expect(cache.passed(try #require(cache.key(files: files, bytes: [[2]]))) == nil)
    #expect(cache.passed(try #require(cache.key(files: files, bytes: [[], [1]]))) == nil)
    _ = try directory.write([], to: "a.sessions.jsonl")
    #expect(cache.passed(try #require(cache.key(files: files, bytes: [[1]]))) == nil)
    try FileManager.default.removeItem(atPath: directory.path("a.sessions.jsonl"))
    _ = try directory.write(Array("Recording".utf8), to: "a.pcap")
    #expect(cache.passed(try #require(cache.key(files: files, bytes: [[1]]))) == nil)
  }

  @Test func `keeps nothing of a file that was changed while it was read`() throws {
    let key = try #require(cache.key(files: files, bytes: []))
    _ = try directory.write(Array("something longer".utf8), to: "a.pcap")
    cache.keep(passed, for: key)
    #expect(cache.passed(key) == nil)
  }

  @Test(arguments: ["", "wiretape-check 1\n", "x", "wiretape-check 1\nname\n7\n101\nend\n"])
  func `takes a damaged entry for none, and replaces it`(content: String) throws {
    let key = try #require(cache.key(files: files, bytes: []))
    cache.keep(passed, for: key)
    try Data(content.utf8).write(to: URL(filePath: try #require(entries().first)))
    #expect(cache.passed(key) == nil)
    cache.keep(passed, for: key)
    #expect(cache.passed(key) == passed)
  }

  @Test func `takes entries cut anywhere for none`() throws {
    let key = try #require(cache.key(files: files, bytes: []))
    cache.keep(passed, for: key)
    let entry = URL(filePath: try #require(entries().first))
    let whole = try Data(contentsOf: entry)
    for count in 0..<whole.count {
      try whole.prefix(count).write(to: entry)
      #expect(cache.passed(key) == nil, "\(count) bytes")
    }
  }

  @Test func `is shared by many at a time`() throws {
    let keys = try (0..<8).map { try #require(cache.key(files: files, bytes: [[$0]])) }
    let misses = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 200) { number in
      cache.keep(passed, for: keys[number % 8])
      if cache.passed(keys[number % 8]) != passed { misses.withLock { $0 += 1 } }
    }
    #expect(misses.withLock { $0 } == 0)
    #expect(entries().count == 8)
  }

  @Test func `works without a place to keep anything`() throws {
    _ = try directory.write([], to: "file")
    let digests = try #require(ContentServices.system.digests)
    let cache = try #require(CheckCache(below: directory.path("file"), digests: digests))
    let key = try #require(cache.key(files: files, bytes: []))
    cache.keep(passed, for: key)
    #expect(cache.passed(key) == nil)
    cache.prune()
  }

  @Test func `forgets what nobody asked for in a month`() throws {
    let keys = try [1, 2].map { try #require(cache.key(files: files, bytes: [[$0]])) }
    for key in keys { cache.keep(passed, for: key) }
    let old = Date(timeIntervalSinceNow: -40 * 86_400)
    for entry in entries() {
      try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: entry)
    }
    #expect(cache.passed(keys[0]) == passed)
    cache.prune()
    #expect(cache.passed(keys[0]) == passed)
    #expect(cache.passed(keys[1]) == nil)
  }
}
