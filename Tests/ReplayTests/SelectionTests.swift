import Inspection
import Replay
import SessionEvents
import Testing

@Suite struct `Selection of sessions` {
  struct Case: Sendable {
    var pattern: String
    var process: ProcessFacts
    var isMatch: Bool
  }

  private static let curl = ProcessFacts(uid: 0, pid: 12, name: "curl", executable: "/usr/bin/curl7")
  private static let long = ProcessFacts(uid: 0, pid: 3, name: "gnome-control-c")

  static let cases = [
    Case(pattern: "curl", process: curl, isMatch: true),
    Case(pattern: "curl7", process: curl, isMatch: true),
    Case(pattern: "12", process: curl, isMatch: true),
    Case(pattern: "1", process: curl, isMatch: false),
    Case(pattern: "cur", process: curl, isMatch: false),
    Case(pattern: "CURL", process: curl, isMatch: false),
    Case(pattern: "bin", process: curl, isMatch: false),
    Case(pattern: "/usr/bin/curl7", process: curl, isMatch: false),
    Case(pattern: "12", process: ProcessFacts(uid: 0, pid: 4, name: "12"), isMatch: true),
    Case(pattern: "gnome-control-center", process: long, isMatch: true),
    Case(pattern: "gnome-control", process: long, isMatch: false),
    Case(pattern: "root", process: ProcessFacts(uid: 0, user: "root"), isMatch: false),
    Case(pattern: "0", process: ProcessFacts(uid: 0), isMatch: false),
    Case(pattern: "", process: ProcessFacts(uid: 0, pid: 4, name: "", executable: "/"), isMatch: true),
  ]

  @Test(arguments: cases) func `compares names and numbers`(_ test: Case) {
    #expect(ProcessPattern(test.pattern).matches(test.process) == test.isMatch)
  }

  private static func selection(_ processes: [String]) -> Selection {
    var criteria = SelectionCriteria()
    criteria.processes = processes.map(ProcessPattern.init)
    return Selection(criteria)
  }

  private func event(_ session: UInt64, _ kind: SessionEvent.Kind) -> SessionEvent {
    SessionEvent(session: SessionID(session), index: 0, time: Timestamp(nanoseconds: 0), kind: kind)
  }

  private func opened(_ session: UInt64, _ process: ProcessFacts?) -> SessionEvent {
    var opening = SampleObservations.web.opening
    opening.process = process
    return event(session, .opened(opening))
  }

  @Test func `follows a session from its opening to its close`() {
    var selection = Self.selection(["curl"])
    let script: [(SessionEvent, Bool)] = [
      (opened(1, ProcessFacts(uid: 0, pid: 7, name: "bash")), false),
      (opened(2, Self.curl), true),
      (opened(3, nil), false),
      (event(1, .bytes(.clientToServer, [1])), false),
      (event(2, .bytes(.clientToServer, [1])), true),
      (event(3, .halfClosed(.clientToServer)), false),
      (event(2, .closed(SessionClosing(.fin))), true),
      (event(1, .closed(SessionClosing(.fin))), false),
      (event(2, .gap(.clientToServer, byteCount: 1)), false),
    ]
    for (event, expected) in script {
      let isAdmitted = selection.admits(event)
      #expect(isAdmitted == expected, "\(event)")
    }
  }

  @Test func `admits everything unless it is told whom`() {
    var selection = Selection()
    let isEventAdmitted = selection.admits(event(7, .gap(.clientToServer, byteCount: 1)))
    #expect(isEventAdmitted)
    for observation in SampleObservations.all {
      let isAdmitted = selection.admits(observation)
      #expect(isAdmitted)
    }
  }

  @Test func `admits what is observed of these processes`() {
    var selection = Self.selection(["curl"])
    let sessions = SampleObservations.all.filter { selection.admits($0) }.map { observation in
      switch observation {
      case .opened(let summary), .exchange(_, let summary), .closed(let summary): summary.session
      }
    }
    // Session 4's process is not known.
    #expect(Set(sessions) == [SessionID(1), SessionID(2), SessionID(3), SessionID(5)])
  }

  @Test func `knows which patterns nobody matched, and whether that says anything`() {
    var selection = Self.selection(["curl", "12", "x"])
    _ = selection.admits(opened(1, ProcessFacts(uid: 0)))
    #expect(selection.matches.remarks.last == "no session names its process, which only a sidecar does")
    _ = selection.admits(opened(2, Self.curl))
    #expect(selection.matches.remarks == ["no session is of process 'x'"])
  }
}
