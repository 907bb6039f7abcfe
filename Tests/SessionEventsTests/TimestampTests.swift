import SessionEvents
import Testing

@Suite struct `Timestamps` {
  struct Case: CustomTestStringConvertible, Sendable {
    var nanoseconds: Int64
    var text: String

    var testDescription: String { text }
  }

  static let cases = [
    Case(nanoseconds: 0, text: "1970-01-01T00:00:00.000000000Z"),
    Case(nanoseconds: -1, text: "1969-12-31T23:59:59.999999999Z"),
    Case(nanoseconds: 951_782_400_000_000_001, text: "2000-02-29T00:00:00.000000001Z"),
    Case(nanoseconds: 4_107_542_399_000_000_000, text: "2100-02-28T23:59:59.000000000Z"),
    Case(nanoseconds: 4_107_542_400_000_000_000, text: "2100-03-01T00:00:00.000000000Z"),
    Case(nanoseconds: .max, text: "2262-04-11T23:47:16.854775807Z"),
    Case(nanoseconds: .min, text: "1677-09-21T00:12:43.145224192Z"),
  ]

  @Test(arguments: cases) func `is written as RFC 3339 in UTC`(_ test: Case) {
    #expect(Timestamp(nanoseconds: test.nanoseconds).description == test.text)
  }

  @Test func `differences are clamped where they overflow`() {
    let earliest = Timestamp(nanoseconds: .min)
    let latest = Timestamp(nanoseconds: .max)
    #expect(latest.nanoseconds(since: earliest) == .max)
    #expect(earliest.nanoseconds(since: latest) == .min)
    #expect(Timestamp(nanoseconds: 3).nanoseconds(since: Timestamp(nanoseconds: 5)) == -2)
  }
}
