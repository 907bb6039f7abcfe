import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `The choice of a protocol` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var server = "198.51.100.7:9999"
    var story: String
    /// The first exchanges.
    var told: [String]
  }

  static let cases = [
    Case(
      testDescription: "a greeting that tells neither SMTP from FTP, and a command of FTP",
      story: """
        S: 220 ready
        C: USER a
        S: 331 password
        """, told: ["← 220 ready", "USER a → 331 password"]),
    Case(
      testDescription: "a greeting that tells neither, and a command of SMTP",
      story: """
        S: 220 ready
        C: HELO a
        S: 250 b
        """, told: ["← 220 ready", "HELO a → 250 b"]),
    Case(
      testDescription: "a mail server's name in front of an FTP server",
      story: """
        S: 220 mail.example.com ready
        C: USER a
        S: 331 password
        C: PASS b
        S: 230 welcome
        """, told: ["← 220 mail.example.com ready", "USER a → 331 password", "PASS b → 230 welcome"]),
    Case(
      testDescription: "a file server's name in front of an SMTP server",
      story: """
        S: 220 ftp.example.com ready
        C: EHLO a
        S: 250 b
        """, told: ["← 220 ftp.example.com ready", "EHLO a → 250 b"]),
    Case(
      testDescription: "words that both have, on a port of FTP", server: "198.51.100.7:21",
      story: """
        S: 220 ready
        C: NOOP
        S: 200 ok
        C: QUIT
        S: 221 bye
        """, told: ["← 220 ready", "NOOP → 200 ok", "QUIT → 221 bye"]),
    Case(
      testDescription: "USER and PASS of POP3",
      story: """
        S: +OK hello
        C: USER a
        S: +OK
        C: PASS b
        S: -ERR no
        """, told: ["← +OK hello", "USER a → +OK", "PASS b → -ERR! no"]),
    Case(
      testDescription: "replies of Redis that POP3 has too",
      story: """
        C: AUTH secret
        S: +OK
        C: SET a 1
        S: +OK
        C: GET a
        S: $1
        S: 1
        """, told: ["AUTH secret → string OK", "SET a 1 → string OK", "GET a → string 1"]),
    Case(
      testDescription: "a request without a version that Redis answers",
      story: """
        C: GET /a
        S: $1
        S: b
        """, told: ["GET /a → string b"]),
    Case(
      testDescription: "a request without a version that is answered by anything",
      story: """
        C: GET /a
        S: <html>
        """, told: ["GET /a → nothing ! http1.version-missing"]),
    Case(
      testDescription: "memcached, whose commands Redis has too",
      story: """
        C: set a 0 0 1
        C: 1
        S: STORED
        C: get a
        S: VALUE a 0 1
        S: 1
        S: END
        """, told: ["opaque 23 29 memcached"]),
    Case(
      testDescription: "NNTP, which FTP looks like",
      story: """
        S: 200 news.example.com InterNetNews ready
        C: MODE READER
        S: 200 ok
        C: QUIT
        S: 205 bye
        """, told: ["opaque 19 58 nntp"]),
    Case(
      testDescription: "IRC, whose USER FTP and POP3 have too",
      story: """
        C: USER a 0 * :A
        C: NICK a
        S: :irc.example.com NOTICE * :*** Looking up your hostname
        S: :irc.example.com 001 a :Welcome
        """, told: ["opaque 23 90 irc"]),
    Case(
      testDescription: "PostgreSQL by another name, a command of IMAP, alone",
      story: """
        C: a1 LOGIN alice secret
        """, told: ["a1 LOGIN alice secret → nothing"]),
    Case(
      testDescription: "a greeting alone",
      story: """
        S: * OK ready
        """, told: ["← OK ready"]),
    Case(
      testDescription: "text of nobody's",
      story: """
        C: hello
        S: how are you?
        """, told: ["opaque 7 14 text"]),
  ]

  @Test(arguments: cases) func `goes by what both sides say`(_ test: Case) {
    let events = story(test.story, server: test.server)
    let found = told(events)
    #expect(Array(found.prefix(test.told.count)) == test.told)
    #expect(splittingDifference(events) == nil)
  }

  @Test func `takes back the numbers of exchanges that never were`() {
    let events = story(
      """
      S: 220 mail.example.com ready
      C: USER a
      S: 331 password
      """)
    #expect(exchanges(events).map(\.index) == [0, 1])
    #expect(exchanges(events).map(\.packet) == [2, 3])
  }

  @Test func `holds back what a doubtful conversation says until it is sure of itself`() {
    var inspector = Inspector(services: .none)
    var counts: [Int] = []
    for event in story(
      """
      S: 220 mail.example.com ready
      C: NOOP
      S: 250 ok
      C: EHLO a
      S: 250 b
      """)
    {
      var count = 0
      inspector.receive(event.event, packet: event.packet) { if case .exchange = $0 { count += 1 } }
      counts.append(count)
    }
    // Opened, the greeting, NOOP and its reply; then EHLO makes sure.
    #expect(counts == [0, 0, 0, 0, 2, 1, 0, 0, 0])
  }

  @Test func `takes what is in place where it may keep no more`() {
    var limits = InspectionLimits()
    limits.undecidedByteCount = 400
    var script = EventScript()
    script.server("220 mail.example.com ready\r\n")
    script.client("NOOP\r\nNOOP\r\n")
    script.server("250 ok\r\n250 ok\r\n")
    script.client("NOOP " + String(repeating: "x", count: 300) + "\r\nUSER a\r\n")
    script.server("250 ok\r\n331 password\r\n")
    script.finish()
    let found = exchanges(script.events, limits: limits)
    #expect(found.allSatisfy { $0.command?.dialect == .smtp })
    #expect(found.last?.told == "USER a < 331 password → nothing")
    #expect(splittingDifference(script.events, limits: limits) == nil)
  }

  @Test func `asks no more of a stream that is not text and fits nothing`() {
    var script = EventScript()
    script.client([0xfe, 0, 1, 2])
    script.server([0xfe, 3, 4, 5])
    script.client("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    script.finish()
    #expect(exchanges(script.events).map(\.opaque) == [OpaqueCounts(clientByteCount: 31, serverByteCount: 4)])
  }

  @Test func `is made anew within a tunnel, without the port`() {
    var script = EventScript(server: "198.51.100.7:53")
    script.client("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\n\r\n220 a ESMTP\r\n")
    script.client("EHLO b\r\n")
    script.server("250 a\r\n")
    script.finish()
    #expect(told(script.events) == ["CONNECT a:25 → 200", "← 220 a ESMTP", "EHLO b → 250 a"])
    #expect(exchanges(script.events).map(\.index) == [0, 1, 2])
    #expect(splittingDifference(script.events) == nil)
  }

  struct Beginning: Sendable {
    var gap: Direction
    var story: String
    var told: [String]
  }

  static let beginnings = [
    Beginning(
      gap: .serverToClient,
      story: """
        S: st of a line
        C: MAIL FROM:<a@b>
        S: 250 ok
        """, told: ["MAIL FROM:<a@b> → 250 ok"]),
    Beginning(
      gap: .clientToServer,
      story: """
        C: st of a line
        C: a7 FETCH 1 FLAGS
        S: * 1 FETCH (FLAGS ())
        S: a7 OK done
        """, told: ["a7 FETCH 1 FLAGS < * 1 FETCH (FLAGS ()) → OK (1) done"]),
    Beginning(
      gap: .clientToServer,
      story: """
        C: x
        S: 250 ok
        C: DATA
        S: 354 go
        C: .
        S: 250 ok
        """, told: ["DATA (0 sent) < 354 go → 250 ok"]),
  ]

  @Test(arguments: beginnings) func `is made although the beginning is missing`(_ beginning: Beginning) {
    var script = EventScript(server: "198.51.100.7:25")
    script.gap(beginning.gap, 1_000)
    for event in story(beginning.story).dropFirst() { script.append(event.event.kind) }
    let found = told(script.events)
    for text in beginning.told { #expect(found.contains { $0.hasPrefix(text) }, "\(found)") }
    #expect(splittingDifference(script.events) == nil)
  }
}
