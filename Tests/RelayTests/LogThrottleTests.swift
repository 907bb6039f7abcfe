import Logging
import SessionEvents
import Testing

@testable import Relay

@Suite struct `Throttled log` {
  @Test func `writes a line a minute, and how many it left out`() {
    let lines = LogLines()
    let throttle = LogThrottle(logger: lines.logger)
    let start = ContinuousClock.now
    for second in [0, 1, 59, 60, 61, 119, 121, 300] {
      throttle.log("refused", metadata: ["at": "\(second)"], now: start + .seconds(second))
    }
    #expect(
      lines.all == [
        "warning: refused at=0", "warning: refused at=60 suppressed=2",
        "warning: refused at=121 suppressed=2", "warning: refused at=300",
      ])
  }

  @Test func `does not even make the message of a line that is left out`() {
    let lines = LogLines()
    let throttle = LogThrottle(logger: lines.logger)
    throttle.log("first")
    throttle.log(unwanted())
    #expect(lines.all == ["warning: first"])
  }

  @Test func `who knocks at a listener does not keep a loop out of the log`() {
    let lines = LogLines()
    let refusals = Refusals(logger: lines.logger)
    let server = Endpoint(address: .v4(1), port: 80)
    for _ in 1...3 { refusals.refuseUnredirected(client: server) }
    refusals.refuseLoop(to: server, mark: 1)
    #expect(lines.all.count == 2)
    #expect(lines.all.last?.contains("redirected back to it") == true)
  }

  private func unwanted() -> Logger.Message {
    Issue.record("made in vain")
    return "second"
  }
}
