import Testing

@testable import Relay

@Suite struct `Recency table` {
  @Test func `knows what was touched least recently`() {
    var table = RecencyTable<String, Int>()
    #expect(table.oldest == nil)
    for (number, key) in ["a", "b", "c"].enumerated() { table.insert(number, for: key) }
    #expect(table.oldest?.key == "a")
    #expect(table.touch("a") == 0)
    #expect(table.oldest?.key == "b")
    #expect(table.touch("c") == 2)
    table.remove("b")
    #expect(table.oldest?.key == "a")
    #expect(table.touch("b") == nil)
    table.insert(7, for: "b")
    table.remove("a")
    table.remove("c")
    #expect(table.oldest?.value == 7)
    #expect(table.count == 1)
    table.remove("b")
    #expect(table.isEmpty)
    #expect(table.oldest == nil)
  }

  @Test func `keeps its order over many operations`() {
    var table = RecencyTable<Int, Int>()
    var order: [Int] = []
    var random = SystemRandomNumberGenerator()
    for _ in 0..<5_000 {
      let key = Int.random(in: 0..<50, using: &random)
      switch (table.touch(key), Bool.random(using: &random)) {
      case (nil, _):
        table.insert(key, for: key)
        order.append(key)
      case (_, true):
        order.removeAll { $0 == key }
        order.append(key)
      case (_, false):
        table.remove(key)
        order.removeAll { $0 == key }
      }
      #expect(table.oldest?.key == order.first)
      #expect(table.count == order.count)
    }
  }
}
