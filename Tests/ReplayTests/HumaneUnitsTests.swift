import Testing

@testable import Replay

@Suite struct `Humane units` {
  struct Case<Value: Sendable>: Sendable {
    var value: Value
    var text: String
  }

  @Test(arguments: [
    Case<UInt64>(value: 0, text: "0 B"), Case(value: 999, text: "999 B"), Case(value: 1_000, text: "1.0 kB"),
    Case(value: 1_256, text: "1.3 kB"), Case(value: 99_949, text: "99.9 kB"),
    Case(value: 99_950, text: "100 kB"),
    Case(value: 999_499, text: "999 kB"), Case(value: 999_500, text: "1.0 MB"),
    Case(value: 123_456_789, text: "123 MB"), Case(value: .max, text: "18.4 EB"),
  ])
  func `say sizes in three digits`(_ test: Case<UInt64>) {
    #expect(HumaneUnits.size(test.value) == test.text)
  }

  @Test(arguments: [
    Case<Int64>(value: -5, text: "0 ns"), Case(value: 850, text: "850 ns"),
    Case(value: 999_499, text: "999 µs"),
    Case(value: 999_500, text: "1.0 ms"), Case(value: 45_230_000, text: "45.2 ms"),
    Case(value: 999_499_999, text: "999 ms"), Case(value: 999_500_000, text: "1.0 s"),
    Case(value: 59_949_999_999, text: "59.9 s"), Case(value: 59_950_000_000, text: "1 min 0 s"),
    Case(value: 125_000_000_000, text: "2 min 5 s"), Case(value: 12_000_000_000_000, text: "3 h 20 min"),
    Case(value: 172_799_000_000_000, text: "47 h 59 min"),
    Case(value: 172_800_000_000_000, text: "2 d 0 h"), Case(value: .max, text: "106751 d 23 h"),
  ])
  func `say durations in three digits`(_ test: Case<Int64>) {
    #expect(HumaneUnits.duration(test.value) == test.text)
  }
}
