import Inspection
import Replay
import SessionEvents
import Testing

/// Filters one by one, and together.
@Suite struct `Selection by patterns` {
  /// A filter, and which of the exchanges below meet it.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var criteria: SelectionCriteria
    var met: Set<String>

    init(_ name: String, _ met: Set<String>, _ set: (inout SelectionCriteria) -> Void) {
      self.name = name
      self.met = met
      criteria = SelectionCriteria()
      set(&criteria)
    }

    var testDescription: String { name }
  }

  private static func host(_ text: String, _ met: Set<String>) -> Case {
    Case("--host \(text)", met) { $0.hosts = [HostPattern(text)] }
  }

  private static func status(_ text: String, _ met: Set<String>) -> Case {
    Case("--status \(text)", met) { $0.statuses = StatusPattern(text).map { [$0] } ?? [] }
  }

  private static func method(_ text: String, _ met: Set<String>) -> Case {
    Case("--method \(text)", met) { $0.methods = [MethodPattern(text)] }
  }

  private static func named(_ text: String, _ met: Set<String>) -> Case {
    Case("--protocol \(text)", met) { $0.protocols = ProtocolPattern(text).map { [$0] } ?? [] }
  }

  private static func times(since: String? = nil, until: String? = nil, _ met: Set<String>) -> Case {
    Case("--since \(since ?? "") --until \(until ?? "")", met) { criteria in
      criteria.since = since.flatMap { Moment($0) }
      criteria.until = until.flatMap { Moment($0) }
    }
  }

  static let cases = [
    host("example.com", ["page", "missing", "call", "lost", "proxied", "six"]),
    host("EXAMPLE.com.", ["page", "missing", "call", "lost", "proxied", "six"]),
    host("*.com", ["page", "missing", "call", "lost", "proxied", "six"]),
    host("ex*e.c*m", ["page", "missing", "call", "lost", "proxied", "six"]),
    host("*.example.com", []),
    host("example", []),
    host("other.test", ["proxied"]),
    host("other.test:8443", ["proxied"]),
    host("other.test:443", []),
    host("example.com:443", ["page", "missing", "call", "lost", "proxied", "six"]),
    host("example.com:80", []),
    host("10.1.2.3", ["page", "missing", "call", "lost", "proxied"]),
    host("10.1.*", ["page", "missing", "call", "lost", "proxied", "mail", "refused"]),
    host("2001:db8::2", ["six"]),
    host("[2001:db8::2]:443", ["six"]),
    host("[2001:db8::2]:80", []),
    host("*", ["page", "missing", "call", "lost", "proxied", "six", "name", "none", "mail", "refused"]),
    status("200", ["page", "call", "proxied"]),
    status("2xx", ["page", "call", "proxied", "mail"]),
    status("404", ["missing"]),
    status("400-499", ["missing"]),
    status(">=400", ["missing", "refused"]),
    status(">404", ["refused"]),
    status("<300", ["page", "call", "proxied", "mail"]),
    status("<=250", ["page", "call", "proxied", "mail"]),
    status("550", ["refused"]),
    status("nxdomain", ["none"]),
    status("NOERROR", ["name"]),
    status("unavailable", ["call"]),
    status("error", ["missing", "call", "none", "refused"]),
    status("none", ["lost"]),
    method("GET", ["page", "proxied"]),
    method("post", ["missing", "call", "lost"]),
    method("RCPT", ["refused"]),
    method("query", ["name", "none"]),
    method("PATCH", []),
    named("http", ["page", "missing", "call", "lost", "proxied"]),
    named("http/1", ["page", "missing", "lost", "proxied"]),
    named("h2", ["call"]),
    named("grpc", ["call"]),
    named("dns", ["name", "none"]),
    named("tls", ["six"]),
    named("SMTP", ["mail", "refused"]),
    named("redis", []),
    times(since: "+25ms", ["missing", "call", "lost", "proxied", "six", "mail", "refused"]),
    times(until: "+25ms", ["page", "name", "none"]),
    times(since: "+20ms", until: "+30ms", ["page"]),
    times(
      since: "2026-11-24T08:15:02.131Z", ["missing", "call", "lost", "proxied", "six", "mail", "refused"]),
    times(since: "2026-11-24T09:15:02.131+01:00", until: "08:15:02.141", ["missing"]),
    times(since: "09:15", []),
    Case("two of one kind", ["missing", "none"]) { criteria in
      criteria.statuses = ["404", "NXDOMAIN"].compactMap { StatusPattern($0) }
    },
    Case("two kinds", ["missing"]) { criteria in
      criteria.statuses = ["error"].compactMap { StatusPattern($0) }
      criteria.protocols = ["http/1"].compactMap { ProtocolPattern($0) }
    },
    Case("--session 1", ["name", "none"]) { $0.sessions = [SessionRange("1")].compactMap(\.self) },
    Case("--session 3-", ["six", "mail", "refused"]) {
      $0.sessions = [SessionRange("3-")].compactMap(\.self)
    },
    Case("--session 1-2 and a method", ["page", "proxied"]) { criteria in
      criteria.sessions = [SessionRange("1-2")].compactMap(\.self)
      criteria.methods = [MethodPattern("GET")]
    },
    Case("nothing", ["page", "missing", "call", "lost", "proxied", "six", "name", "none", "mail", "refused"])
    { _ in
    },
  ]

  // MARK: What there is to select

  private static var mail: SessionSummary {
    SampleObservations.summary(4, .tcp, client: "10.0.0.1:55714", server: "10.1.2.4:25", process: nil, at: 80)
  }

  private static func http(
    _ method: String, _ status: Int?, authority: String = "example.com", grpc: Int? = nil
  ) -> HTTPExchange {
    var request = SampleObservations.request(method, "/")
    request.authority = Array(authority.utf8)
    var exchange = HTTPExchange(
      request: request, response: status.map { SampleObservations.response($0, type: "text/plain", size: 1) })
    exchange.grpc = grpc.map {
      GRPCCall(
        service: [], method: [], status: $0, message: nil, requests: GRPCMessages(), responses: GRPCMessages()
      )
    }
    return exchange
  }

  private static func command(_ verb: String, _ status: String) -> Exchange.Content {
    .command(
      CommandExchange(
        dialect: .smtp, command: CommandExchange.Command(verb: Array(verb.utf8), arguments: [], byteCount: 9),
        reply: CommandExchange.Reply(
          status: Array(status.utf8), isError: status >= "400", text: [], byteCount: 7)))
  }

  private static func dns(_ rcode: String) -> Exchange.Content {
    let name = "a.test"
    return .dns(
      DNSExchange(
        query: SampleObservations.query(name), response: SampleObservations.answer(name, rcode: rcode, [])))
  }

  /// Named observations of four sessions, in order of the sessions.
  private static var observations: [(name: String?, observation: Observation)] {
    let (resolver, hidden) = (SampleObservations.resolver, SampleObservations.hidden)
    var web = SampleObservations.web
    web.hello = nil
    func said(
      _ session: SessionSummary, _ name: String, _ milliseconds: Int64, _ content: Exchange.Content
    ) -> (String?, Observation) {
      (name, SampleObservations.exchange(session, from: milliseconds, to: milliseconds + 1, content))
    }
    return [
      (nil, .opened(resolver)), said(resolver, "name", 1, dns("NOERROR")),
      said(resolver, "none", 2, dns("NXDOMAIN")),
      (nil, SampleObservations.closed(resolver, at: 9, SessionClosing(.idle))),
      (nil, .opened(web)), said(web, "page", 20, .http1(http("GET", 200))),
      said(web, "missing", 30, .http1(http("POST", 404))),
      said(web, "call", 40, .http2(http("POST", 200, grpc: 14), stream: 1)),
      said(web, "lost", 50, .http1(http("POST", nil))),
      said(web, "proxied", 60, .http1(http("GET", 200, authority: "Other.test:8443"))),
      (nil, SampleObservations.closed(web, at: 65, SessionClosing(.fin))),
      (nil, .opened(hidden)),
      said(
        hidden, "six", 70,
        .tlsHello(
          TLSHelloFacts(
            serverName: nil, alpn: [], versions: [], ja3: nil, ja4: nil))),
      (nil, SampleObservations.closed(hidden, at: 75, SessionClosing(.fin))),
      (nil, .opened(mail)), said(mail, "mail", 80, command("MAIL", "250")),
      said(mail, "refused", 81, command("RCPT", "550")),
      (nil, SampleObservations.closed(mail, at: 85, SessionClosing(.fin))),
    ]
  }

  @Test(arguments: cases) func `tell exactly what meets them`(_ test: Case) {
    var selection = Selection(test.criteria)
    var met: Set<String> = []
    var sessions: Set<SessionID> = []
    var closed: Set<SessionID> = []
    for (name, observation) in Self.observations where selection.admits(observation) {
      if let name { met.insert(name) }
      switch observation {
      case .exchange(_, let summary): sessions.insert(summary.session)
      case .closed(let summary): closed.insert(summary.session)
      case .opened: break
      }
    }
    #expect(met == test.met)
    #expect(closed == sessions, "a session is told of if one of its exchanges is")
    #expect(selection.matches.remarks.isEmpty == !met.isEmpty, "\(selection.matches.remarks)")
  }

  // MARK: Sessions in which nothing was said

  @Test func `tell a session without exchanges if it meets them itself`() {
    let session = SampleObservations.unreachable
    let observations: [Observation] = [
      .opened(session), SampleObservations.closed(session, at: 85, SessionClosing(.fin)),
    ]
    func isTold(_ set: (inout SelectionCriteria) -> Void) -> Bool {
      var criteria = SelectionCriteria()
      set(&criteria)
      var selection = Selection(criteria)
      return observations.map { selection.admits($0) }[1]
    }
    #expect(isTold { $0.hosts = [HostPattern("10.1.2.4")] })
    #expect(!isTold { $0.hosts = [HostPattern("example.com")] })
    #expect(isTold { $0.since = Moment("+0s") })
    #expect(!isTold { $0.since = Moment("+1ms") })
    #expect(isTold { $0.sessions = SessionRange("4").map { [$0] } ?? [] })
    #expect(!isTold { $0.statuses = StatusPattern("none").map { [$0] } ?? [] })
    #expect(!isTold { $0.protocols = ProtocolPattern("http").map { [$0] } ?? [] })
    #expect(!isTold { $0.methods = [MethodPattern("GET")] })
  }

  @Test func `tell events by their own time, of sessions that were chosen before`() {
    var criteria = SelectionCriteria()
    criteria.since = Moment("+5ms")
    criteria.until = Moment("+15ms")
    var sessions = SessionSet()
    sessions.insert(SessionID(2))
    var selection = Selection(criteria)
    func event(_ session: UInt64, _ milliseconds: Int64, _ kind: SessionEvent.Kind) -> SessionEvent {
      SessionEvent(
        session: SessionID(session), index: 0, time: SampleObservations.time(milliseconds), kind: kind)
    }
    let opening = SampleObservations.web.opening
    let script: [(SessionEvent, Bool)] = [
      (event(1, 0, .opened(opening)), false), (event(2, 1, .opened(opening)), false),
      (event(2, 5, .bytes(.clientToServer, [1])), true), (event(1, 6, .bytes(.clientToServer, [1])), false),
      (event(2, 14, .bytes(.clientToServer, [1])), true),
      (event(2, 15, .closed(SessionClosing(.fin))), false),
    ]
    for (event, expected) in script {
      let isAdmitted = selection.admits(event, within: sessions)
      #expect(isAdmitted == expected, "\(event)")
    }
    #expect(selection.matches.remarks.isEmpty)
  }

  // MARK: What meets nothing

  @Test func `say which of them met nothing`() {
    var criteria = SelectionCriteria()
    criteria.hosts = [HostPattern("example.com"), HostPattern("exmaple.com")]
    criteria.statuses = ["418", "200"].compactMap { StatusPattern($0) }
    criteria.protocols = ["redis"].compactMap { ProtocolPattern($0) }
    criteria.methods = [MethodPattern("PATCH")]
    criteria.sessions = ["99", "1-2", "50-"].compactMap { SessionRange($0) }
    criteria.since = Moment("+1h")
    var selection = Selection(criteria)
    for (_, observation) in Self.observations { _ = selection.admits(observation) }
    #expect(
      selection.matches.remarks == [
        "there is no session 99", "there is no session 50-", "nothing was said to host 'exmaple.com'",
        "no exchange is of protocol 'redis'", "no exchange has status '418'",
        "no exchange has method 'PATCH'",
        "nothing was said since +1h",
      ])
    // Together with what another recording has.
    var other = Selection(criteria)
    let late = SampleObservations.exchange(
      SampleObservations.web, from: 4_000_000, to: 4_000_001, .http1(Self.http("PATCH", 418)))
    for observation in [.opened(SampleObservations.web), late] { _ = other.admits(observation) }
    var sum = selection.matches
    sum.merge(other.matches)
    #expect(
      sum.remarks == [
        "there is no session 99", "there is no session 50-", "nothing was said to host 'exmaple.com'",
        "no exchange is of protocol 'redis'",
      ])
  }

  @Test func `say when each of them met something, but nothing all`() {
    var criteria = SelectionCriteria()
    criteria.hosts = [HostPattern("example.com")]
    criteria.protocols = ["dns"].compactMap { ProtocolPattern($0) }
    var selection = Selection(criteria)
    for (_, observation) in Self.observations { _ = selection.admits(observation) }
    #expect(selection.matches.remarks == ["nothing meets all of the filters together"])
  }

  // MARK: Texts that are none

  @Test(arguments: [
    "", "20", "2000-1000", "1-2-3", ">=", ">=x", "<0", "-", "4x", "200,", "2 0", "123456", "=200",
  ])
  func `refuse what can be no status`(text: String) {
    let isNumberOrWord = ["20"].contains(text)
    #expect((StatusPattern(text) != nil) == isNumberOrWord)
  }

  @Test(arguments: ["", "x", "-3", "3-2", "1-2-3", "18446744073709551616", "1,2"])
  func `refuse what is no session number`(text: String) {
    #expect(SessionRange(text) == nil)
  }

  @Test(arguments: ["", "http/3", "quic", "h 2"]) func `refuse what is no protocol`(text: String) {
    #expect(ProtocolPattern(text) == nil)
  }

  @Test func `know every protocol that a report names`() {
    for observation in SampleObservations.all {
      guard case .exchange(let exchange, _) = observation else { continue }
      let line = `Exchanges report`.lines([observation])[0]
      let name = line.firstMatch(of: /"protocol":"([^"]*)"/).map { String($0.1) } ?? ""
      #expect(ProtocolPattern(name) != nil, "\(exchange.content)")
    }
  }
}
