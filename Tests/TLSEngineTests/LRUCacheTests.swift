import Testing

@testable import TLSEngine

@Suite struct `LRU cache` {
  @Test func `forgets what was not asked for the longest`() {
    var cache = LRUCache<Int, String>(capacity: 2)
    #expect(cache.insert("one", for: 1) == "one")
    #expect(cache.insert("two", for: 2) == "two")
    #expect(cache.value(for: 1) == "one")
    #expect(cache.insert("three", for: 3) == "three")
    #expect(cache.value(for: 2) == nil)
    #expect(cache.value(for: 1) == "one")
    #expect(cache.value(for: 3) == "three")
    #expect(cache.count == 2)
  }

  @Test func `keeps the value that came first`() {
    var cache = LRUCache<Int, String>(capacity: 2)
    #expect(cache.insert("first", for: 1) == "first")
    #expect(cache.insert("second", for: 1) == "first")
  }
}
