import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct POP3 {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var story: String
    var told: [String]
  }

  static let cases = [
    Case(
      testDescription: "the example of RFC 1939 §10",
      story: """
        S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
        C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
        S: +OK mrose's maildrop has 2 messages (320 octets)
        C: STAT
        S: +OK 2 320
        C: LIST
        S: +OK 2 messages (320 octets)
        S: 1 120
        S: 2 200
        S: .
        C: RETR 1
        S: +OK 120 octets
        S: From: a
        S: ..
        S: ..x
        S: .
        C: DELE 1
        S: +OK message 1 deleted
        C: QUIT
        S: +OK dewey POP3 server signing off (maildrop empty)
        """,
      told: [
        "← +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>",
        "APOP mrose c4c9334bac560ecc979e58001b3e22fb → +OK mrose's maildrop has 2 messages (320 octets)",
        "STAT → +OK 2 320", "LIST → +OK (2) 2 messages (320 octets)|1 120|2 200",
        "RETR 1 → +OK (3) 120 octets (16 received)", "DELE 1 → +OK message 1 deleted",
        "QUIT → +OK dewey POP3 server signing off (maildrop empty)",
      ]),
    Case(
      testDescription: "replies that are lists for some arguments, codes, pipelining (RFC 2449)",
      story: """
        S: +OK ready
        C: CAPA
        S: +OK Capability list follows
        S: TOP
        S: PIPELINING
        S: .
        C: USER alice
        C: PASS secret
        C: UIDL 1
        C: UIDL
        C: TOP 1 0
        C: LIST 7
        S: +OK
        S: -ERR [IN-USE] Do you have another POP session running?
        S: +OK 1 abc
        S: +OK
        S: 1 abc
        S: .
        S: +OK
        S: Subject: x
        S:
        S: .
        S: -ERR no such message
        """,
      told: [
        "← +OK ready", "CAPA → +OK (2) Capability list follows|TOP|PIPELINING", "USER alice → +OK",
        "PASS secret → -ERR! [IN-USE] Do you have another POP session running?", "UIDL 1 → +OK 1 abc",
        "UIDL → +OK (1) |1 abc", "TOP 1 0 → +OK (2) (14 received)", "LIST 7 → -ERR! no such message",
      ]),
    Case(
      testDescription: "authentication with challenges (RFC 5034 §4)",
      story: """
        S: +OK pop.example.com POP3 server
        C: AUTH
        S: +OK
        S: PLAIN
        S: .
        C: AUTH CRAM-MD5
        S: + PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+
        C: dGltIGI5MTNh
        S: +OK CRAM authentication successful
        C: NOOP
        S: +OK
        """,
      told: [
        "← +OK pop.example.com POP3 server", "AUTH → +OK (1) |PLAIN",
        "AUTH CRAM-MD5 < + PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+ > dGltIGI5MTNh → +OK CRAM authentication successful",
        "NOOP → +OK",
      ]),
  ]

  @Test(arguments: cases) func `is told as commands and replies, wherever it is split`(_ test: Case) {
    let events = story(test.story)
    #expect(told(events) == test.told)
    #expect(splittingDifference(events) == nil)
  }

  @Test func `shows the TLS behind STLS`() {
    var script = EventScript()
    script.server("+OK ready\r\n")
    script.client("STLS\r\n")
    script.server("+OK Begin TLS negotiation\r\n")
    script.client(CapturedHellos.grease)
    script.finish()
    #expect(
      told(script.events) == ["← +OK ready", "STLS → +OK Begin TLS negotiation", "hello secure.adnxs.com"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `ends a mail whose end is missing where the client asks on`() {
    var script = EventScript()
    script.server("+OK ready\r\n")
    script.client("RETR 1\r\n")
    script.server("+OK\r\nSubject: x\r\n")
    script.gap(.serverToClient, 100)
    script.server("rest of\r\n")
    script.client("RETR 2\r\n")
    script.server("\r\n.\r\n+OK\r\ny\r\n.\r\n")
    script.finish()
    let found = told(script.events)
    #expect(found[1] == "RETR 1 → +OK (2) (121 received) ! gap")
    #expect(found[2] == "RETR 2 → +OK (1) (3 received)")
    #expect(splittingDifference(script.events) == nil)
  }
}
