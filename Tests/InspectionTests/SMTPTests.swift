import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct SMTP {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var story: String
    var told: [String]
  }

  static let cases = [
    Case(
      testDescription: "a typical session (RFC 5321 D.1)",
      story: """
        S: 220 foo.com Simple Mail Transfer Service Ready
        C: EHLO bar.com
        S: 250-foo.com greets bar.com
        S: 250-8BITMIME
        S: 250-SIZE
        S: 250-DSN
        S: 250 HELP
        C: MAIL FROM:<Smith@bar.com>
        S: 250 OK
        C: RCPT TO:<Jones@foo.com>
        S: 250 OK
        C: RCPT TO:<Green@foo.com>
        S: 550 No such user here
        C: DATA
        S: 354 Start mail input; end with <CRLF>.<CRLF>
        C: Blah blah blah...
        C: ...etc. etc. etc.
        C: .
        S: 250 OK
        C: QUIT
        S: 221 foo.com Service closing transmission channel
        """,
      told: [
        "← 220 foo.com Simple Mail Transfer Service Ready",
        "EHLO bar.com → 250 (5) foo.com greets bar.com|8BITMIME|SIZE|DSN|HELP",
        "MAIL FROM:<Smith@bar.com> → 250 OK", "RCPT TO:<Jones@foo.com> → 250 OK",
        "RCPT TO:<Green@foo.com> → 550! No such user here",
        "DATA (37 sent) < 354 Start mail input; end with <CRLF>.<CRLF> → 250 OK",
        "QUIT → 221 foo.com Service closing transmission channel",
      ]),
    Case(
      testDescription: "pipelined commands, and a mail that is refused (RFC 2920 §4)",
      story: """
        S: 220 innosoft.com SMTP service ready
        C: EHLO dbc.mtview.ca.us
        S: 250-innosoft.com
        S: 250 PIPELINING
        C: MAIL FROM:<mrose@dbc.mtview.ca.us>
        C: RCPT TO:<nsb@thumper.bellcore.com>
        C: DATA
        S: 250 sender <mrose@dbc.mtview.ca.us> OK
        S: 550 remote mail to <nsb@thumper.bellore.com> not allowed
        S: 554 no valid recipients given
        C: QUIT
        S: 221 goodbye
        """,
      told: [
        "← 220 innosoft.com SMTP service ready",
        "EHLO dbc.mtview.ca.us → 250 (2) innosoft.com|PIPELINING",
        "MAIL FROM:<mrose@dbc.mtview.ca.us> → 250 sender <mrose@dbc.mtview.ca.us> OK",
        "RCPT TO:<nsb@thumper.bellcore.com> → 550! remote mail to <nsb@thumper.bellore.com> not allowed",
        "DATA → 554! no valid recipients given", "QUIT → 221 goodbye",
      ]),
    Case(
      testDescription: "authentication with challenges (RFC 4954 §4.1)",
      story: """
        S: 220-smtp.example.com ESMTP Server
        S: 220 ready
        C: EHLO client.example.com
        S: 250 AUTH DIGEST-MD5
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: YWxpY2U=
        S: 334 UGFzc3dvcmQ6
        C: c2VjcmV0
        S: 235 2.7.0 Authentication successful
        C: AUTH PLAIN dGVzdA==
        S: 535 5.7.8 Authentication credentials invalid
        """,
      told: [
        "← 220 (2) smtp.example.com ESMTP Server|ready", "EHLO client.example.com → 250 AUTH DIGEST-MD5",
        "AUTH LOGIN < 334 VXNlcm5hbWU6 > YWxpY2U= < 334 UGFzc3dvcmQ6 > c2VjcmV0 → 235 [2.7.0] Authentication successful",
        "AUTH PLAIN dGVzdA== → 535! [5.7.8] Authentication credentials invalid",
      ]),
    Case(
      testDescription: "chunks (RFC 3030 §4.2)",
      story: """
        S: 220 cnri.reston.va.us SMTP service ready
        C: EHLO ymir.claremont.edu
        S: 250 CHUNKING
        C: BDAT 12 LAST
        C: abc
        C: .
        C: de
        S: 250 OK
        C: BDAT 0 LAST
        S: 503 nothing
        """,
      told: [
        "← 220 cnri.reston.va.us SMTP service ready", "EHLO ymir.claremont.edu → 250 CHUNKING",
        "BDAT 12 LAST (12 sent) → 250 OK", "BDAT 0 LAST → 503! nothing",
      ]),
    Case(
      testDescription: "LMTP, where each recipient gets a reply (RFC 2033 §4.2)",
      story: """
        S: 220 foo.edu LMTP server ready
        C: LHLO foo.edu
        S: 250 foo.edu
        C: MAIL FROM:<chris@bar.com>
        C: RCPT TO:<pat@foo.edu>
        C: RCPT TO:<jones@foo.edu>
        C: RCPT TO:<green@foo.edu>
        C: DATA
        S: 250 OK
        S: 250 OK
        S: 550 No such user here
        S: 250 OK
        S: 354 Start mail input; end with <CRLF>.<CRLF>
        C: Blah
        C: .
        S: 250 OK
        S: 452 <green@foo.edu> is temporarily over quota
        C: QUIT
        S: 221 foo.edu closing connection
        """,
      told: [
        "← 220 foo.edu LMTP server ready", "LHLO foo.edu → 250 foo.edu", "MAIL FROM:<chris@bar.com> → 250 OK",
        "RCPT TO:<pat@foo.edu> → 250 OK", "RCPT TO:<jones@foo.edu> → 550! No such user here",
        "RCPT TO:<green@foo.edu> → 250 OK",
        "DATA (6 sent) < 354 Start mail input; end with <CRLF>.<CRLF> < 250 OK → 452! <green@foo.edu> is temporarily over quota",
        "QUIT → 221 foo.edu closing connection",
      ]),
    Case(
      testDescription: "a client that does not wait, unknown commands, eight-bit text",
      story: """
        C: EHLO early
        S: 220 mail ESMTP
        S: 250 mail
        C: XCLIENT ADDR=192.0.2.1
        C: VRFY Jürgen
        C: RSET
        S: 220 mail ESMTP
        S: 252 2.1.5 vielleicht, Jürgen
        S: 250 reset
        S: 421 4.4.2 mail Error: timeout exceeded
        """,
      told: [
        "← 220 mail ESMTP", "EHLO early → 250 mail", "XCLIENT ADDR=192.0.2.1 → 220 mail ESMTP",
        "VRFY Jürgen → 252 [2.1.5] vielleicht, Jürgen", "RSET → 250 reset",
        "← 421! [4.4.2] mail Error: timeout exceeded",
      ]),
    Case(
      testDescription: "a server that refuses service, and one that forgets to answer",
      story: """
        S: 554 no SMTP service here
        C: QUIT
        """,
      told: ["← 554! no SMTP service here", "QUIT → nothing"]),
    Case(
      testDescription: "lines that are neither commands nor replies",
      story: """
        S: 220 mail ESMTP
        C: HELO a
        S: 250 mail
        C: ??
        S: what?
        C: NOOP
        S: 250 OK
        """,
      told: [
        "← 220 mail ESMTP", "HELO a → 250 mail", "NOOP → 250 OK ! command.invalid command.reply-invalid",
        "opaque 4 7 text",
      ]),
  ]

  @Test(arguments: cases) func `is told as commands and replies, wherever it is split`(_ test: Case) {
    let events = story(test.story, server: "198.51.100.7:2500")
    #expect(told(events) == test.told)
    #expect(splittingDifference(events) == nil)
  }

  @Test func `measures a mail without its dots`() throws {
    var script = EventScript()
    script.server("220 a ESMTP\r\n")
    script.client("DATA\r\n")
    script.server("354 go\r\n")
    script.client("a\r\n..\r\n..b\r\n\r\n.")
    script.client("\r\n")
    script.server("250 ok\r\n")
    script.finish()
    let mail = Array("a\r\n.\r\n.b\r\n\r\n".utf8)
    let found = try #require(exchanges(script.events).last?.command)
    #expect(found.command?.payload?.byteCount == UInt64(mail.count))
    #expect(found.command?.payload?.sha256 == sha256(mail))
    #expect(found.command?.byteCount == 6 + 17)
    #expect(found.reply?.byteCount == 8 + 8)
    #expect(splittingDifference(script.events) == nil)
  }

  struct End: Sendable {
    var sent: String
    var told: String
  }

  static let ends = [
    End(sent: "DATA\r\na\n.\nb\r\n.\r\n", told: "DATA (7 sent) < 354 go → 250 ok ! smtp.data-end-ambiguous"),
    End(
      sent: "DATA\r\na\r\n.\nb\n.\r\n\r\n.\r\n",
      told: "DATA (11 sent) < 354 go → 250 ok ! smtp.data-end-ambiguous"),
    End(
      sent: "DATA\na\n.\n", told: "DATA (2 sent) < 354 go → 250 ok ! command.bare-lf smtp.data-end-ambiguous"),
    End(sent: "DATA\r\n.\r\n", told: "DATA (0 sent) < 354 go → 250 ok"),
    End(sent: "DATA\r\na\r.\r\n.\r\n", told: "DATA (5 sent) < 354 go → 250 ok"),
  ]

  @Test(arguments: ends) func `ends a mail as most servers do, and says where some do not`(_ end: End) {
    var script = EventScript()
    script.server("220 a ESMTP\r\n")
    let sent = Array(end.sent.utf8)
    let command = sent.prefix { $0 != UInt8(ascii: "\n") } + [UInt8(ascii: "\n")]
    script.client(Array(command))
    script.server("354 go\r\n")
    script.client(Array(sent.dropFirst(command.count)))
    script.server("250 ok\r\n")
    script.finish()
    #expect(told(script.events).last == end.told)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `shows the TLS behind STARTTLS`() {
    var script = EventScript()
    script.server("220 a ESMTP\r\n")
    script.client("EHLO b\r\nSTARTTLS\r\n")
    script.server("250 STARTTLS\r\n220 go ahead\r\n")
    script.client(CapturedHellos.grease)
    script.server([22, 3, 3, 0, 4, 14, 0, 0, 0])
    script.finish()
    let found = told(script.events)
    #expect(
      found.prefix(4) == [
        "← 220 a ESMTP", "EHLO b → 250 STARTTLS", "STARTTLS → 220 go ahead", "hello secure.adnxs.com",
      ])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `says what was smuggled in front of the TLS`() {
    var script = EventScript()
    script.server("220 a ESMTP\r\n")
    script.client("EHLO b\r\nSTARTTLS\r\nRSET\r\n")
    script.server("250 STARTTLS\r\n220 go ahead\r\n")
    script.client(CapturedHellos.grease)
    script.finish()
    let found = told(script.events)
    #expect(found[2] == "STARTTLS → 220 go ahead ! command.starttls-injection")
    #expect(found[3] == "hello secure.adnxs.com")
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `goes on where STARTTLS is refused, or not answered`() {
    let refused = story(
      """
      S: 220 a ESMTP
      C: STARTTLS
      C: NOOP
      S: 454 TLS not available
      S: 250 OK
      """)
    #expect(told(refused) == ["← 220 a ESMTP", "STARTTLS → 454! TLS not available", "NOOP → 250 OK"])
    let open = story(
      """
      S: 220 a ESMTP
      C: STARTTLS
      C: NOOP
      """)
    #expect(told(open) == ["← 220 a ESMTP", "STARTTLS → nothing", "NOOP → nothing"])
    #expect(splittingDifference(open) == nil)
  }

  @Test func `is read from one side alone`() {
    let client = story(
      """
      C: EHLO b
      C: AUTH LOGIN
      C: YWxpY2U=
      C: MAIL FROM:<a@b>
      C: DATA
      C: Subject: x
      C: .
      C: QUIT
      """)
    #expect(
      told(client) == [
        "EHLO b → nothing", "AUTH LOGIN > YWxpY2U= → nothing", "MAIL FROM:<a@b> → nothing",
        "DATA (12 sent) → nothing", "QUIT → nothing",
      ])
    #expect(splittingDifference(client) == nil)
    let server = story(
      """
      S: 220 b ESMTP
      S: 250 OK
      S: 354 go
      S: 250 2.0.0 queued
      """)
    #expect(told(server) == ["← 220 b ESMTP", "← 250 OK", "← 354 go", "← 250 [2.0.0] queued"])
    #expect(splittingDifference(server) == nil)
  }

  @Test func `is recognised in its midst`() {
    let events = story(
      """
      C: RCPT TO:<b@c>
      S: 250 2.1.5 Ok
      C: DATA
      S: 354 go
      C: x
      C: .
      S: 250 2.0.0 Ok: queued
      """)
    #expect(
      told(events) == [
        "RCPT TO:<b@c> → 250 [2.1.5] Ok", "DATA (3 sent) < 354 go → 250 [2.0.0] Ok: queued",
      ])
    let mail = story(
      """
      C: is in the midst of a mail.
      C: .
      S: 250 2.0.0 Ok: queued
      C: MAIL FROM:<a@b>
      S: 250 2.1.0 Ok
      """)
    #expect(told(mail).contains("MAIL FROM:<a@b> → 250 [2.1.0] Ok"))
    #expect(splittingDifference(mail) == nil)
  }
}

extension Exchange {
  var command: CommandExchange? {
    if case .command(let exchange) = content { exchange } else { nil }
  }
}
