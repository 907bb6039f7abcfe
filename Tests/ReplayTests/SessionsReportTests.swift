import Inspection
import Replay
import SessionEvents
import Testing

@Suite struct `Sessions report` {
  private func opened(_ session: SessionSummary) -> SessionEvent {
    SessionEvent(session: session.session, index: 0, time: session.opened, kind: .opened(session.opening))
  }

  private func closed(
    _ session: SessionSummary, at milliseconds: Int64, _ closing: SessionClosing
  ) -> SessionSummary {
    switch SampleObservations.closed(session, at: milliseconds, closing) {
    case .opened(let summary), .exchange(_, let summary), .closed(let summary): summary
    }
  }

  private func text(_ output: [UInt8]) -> String { String(decoding: output, as: UTF8.self) }

  @Test func `lists sessions in order of opening, whichever closes first`() {
    var report = SessionsReport(.text(ShowOptions()))
    var output: [UInt8] = []
    for session in [SampleObservations.resolver, SampleObservations.web, SampleObservations.opaque] {
      report.receive(opened(session))
    }
    report.close(closed(SampleObservations.web, at: 1_503, SessionClosing(.fin)), into: &output)
    #expect(output.isEmpty)
    report.close(closed(SampleObservations.resolver, at: 3, SessionClosing(.idle)), into: &output)
    #expect(text(output).split(separator: "\n").count == 2)
    report.close(
      closed(SampleObservations.opaque, at: 100, SessionClosing(.reset(by: .server), cause: .relayStopped)),
      into: &output)
    #expect(
      text(output) == """
        #1   08:15:02.101       0 B      0 B    3.0 ms  silent  curl[4711] → 10.9.8.7:53 (address)
        #2   08:15:02.104     400 B  15.0 kB     1.5 s  closed  curl[4711] → example.com:443 (sni)
        #5   08:15:02.191     999 B   1.0 kB   10.0 ms  failed  curl[4711] → git.test:22 (dns)
                           1,234,567 bytes are missing, 21 bytes came twice, unlike

        """)
  }

  @Test func `does not wait for ever for an old session`() {
    var report = SessionsReport(.text(ShowOptions()))
    var output: [UInt8] = []
    report.receive(opened(SampleObservations.resolver))
    for number in UInt64(2)...5_000 {
      var session = SampleObservations.web
      session.session = SessionID(number)
      report.receive(opened(session))
      report.close(closed(session, at: 5, SessionClosing(.fin)), into: &output)
    }
    #expect(text(output).split(separator: "\n").count >= 4_097)
    report.close(closed(SampleObservations.resolver, at: 9, SessionClosing(.idle)), into: &output)
    report.finish(into: &output)
    #expect(text(output).split(separator: "\n").count == 5_000)
  }
}
