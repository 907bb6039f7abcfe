import Replay
import SessionEvents
import Testing

@Suite struct `Moments` {
  struct Case: CustomTestStringConvertible, Sendable {
    var text: String
    /// In a recording that begins then.
    var start = "2026-11-24T09:04:43.055000000Z"
    var time: String

    var testDescription: String { "\(text) from \(start)" }
  }

  static let cases = [
    Case(text: "2026-11-24T09:04:43Z", time: "2026-11-24T09:04:43.000000000Z"),
    Case(text: "2026-11-24t09:04:43.5z", time: "2026-11-24T09:04:43.500000000Z"),
    Case(text: "2026-11-24 09:04:43.123456789", time: "2026-11-24T09:04:43.123456789Z"),
    Case(text: "2026-11-24T10:04:43+01:00", time: "2026-11-24T09:04:43.000000000Z"),
    Case(text: "2026-11-23T22:04:43-11:30", time: "2026-11-24T09:34:43.000000000Z"),
    Case(text: "2026-11-24 09:04", time: "2026-11-24T09:04:00.000000000Z"),
    Case(text: "2026-11-24", time: "2026-11-24T00:00:00.000000000Z"),
    Case(text: "2024-02-29", time: "2024-02-29T00:00:00.000000000Z"),
    Case(text: "1970-01-01", time: "1970-01-01T00:00:00.000000000Z"),
    Case(text: "1969-12-31T23:59:59Z", time: "1969-12-31T23:59:59.000000000Z"),
    Case(text: "+90s", time: "2026-11-24T09:06:13.055000000Z"),
    Case(text: "+1h30m", time: "2026-11-24T10:34:43.055000000Z"),
    Case(text: "+1.5s", time: "2026-11-24T09:04:44.555000000Z"),
    Case(text: "+250ms", time: "2026-11-24T09:04:43.305000000Z"),
    Case(text: "+1µs", time: "2026-11-24T09:04:43.055001000Z"),
    Case(text: "+1us1ns", time: "2026-11-24T09:04:43.055001001Z"),
    Case(text: "+0.5d", time: "2026-11-24T21:04:43.055000000Z"),
    Case(text: "+2min", time: "2026-11-24T09:06:43.055000000Z"),
    Case(text: "+0s", time: "2026-11-24T09:04:43.055000000Z"),
    // A time of day is at most an hour before the start.
    Case(text: "09:04", time: "2026-11-24T09:04:00.000000000Z"),
    Case(text: "09:04:43.055", time: "2026-11-24T09:04:43.055000000Z"),
    Case(text: "08:04:44", time: "2026-11-24T08:04:44.000000000Z"),
    Case(text: "08:04:43", time: "2026-11-25T08:04:43.000000000Z"),
    Case(text: "23:59", time: "2026-11-24T23:59:00.000000000Z"),
    Case(text: "00:05", start: "2026-11-24T23:50:00.000000000Z", time: "2026-11-25T00:05:00.000000000Z"),
    Case(text: "23:50", start: "2026-11-25T00:05:00.000000000Z", time: "2026-11-24T23:50:00.000000000Z"),
  ]

  @Test(arguments: cases) func `is what people write`(_ test: Case) throws {
    let start = try #require(Moment(test.start)).timestamp(start: Timestamp(nanoseconds: 0))
    #expect(start.description == test.start)
    #expect(try #require(Moment(test.text)).timestamp(start: start).description == test.time)
  }

  @Test(arguments: [
    "", "now", "+", "+5", "+5x", "+1.s", "+s", "-5m", "+1234567890s", "9:04", "09:04:", "24:00", "09:60",
    "09:04:60",
    "2026-02-30", "2026-13-01", "2026-11-24T", "2026-11-24T09", "2026-11-24T09:04:43+1",
    "2026-11-24T09:04:43Zx",
    "1500-01-01", "2300-01-01", "0000-01-01", "2026-11-24T09:04:43.Z", "+99999d99999d", "+9:04",
  ]) func `refuses what is no time`(text: String) {
    #expect(Moment(text) == nil)
  }

  @Test func `stays within what a timestamp can say`() throws {
    let late = Timestamp(nanoseconds: .max - 5)
    #expect(try #require(Moment("+1d")).timestamp(start: late).nanoseconds == .max)
    #expect(
      try #require(Moment("00:00")).timestamp(start: Timestamp(nanoseconds: .min)).nanoseconds <= .min
        + 86_400_000_000_000)
  }
}
