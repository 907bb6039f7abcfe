import Inspection
import SessionEvents
import TestSupport
import Testing

/// What commands and replies look like where the capture lacks some, or ends while bytes wait to be understood.
@Suite struct `Commands and replies with gaps` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// As in `story`; `C- 7` and `S- 7` are so many bytes that are missing.
    var story: String
    var told: [String]
  }

  static let cases = [
    Case(
      testDescription: "IMAP: the answer to a literal is missing",
      story: """
        S: * OK IMAP4rev1 ready
        C: a1 LOGIN alice x
        S: a1 OK done
        C: a2 APPEND Drafts {5}
        C: hello
        S- 30
        S: a2 OK APPEND completed
        C: a3 NOOP
        S: a3 OK done
        """,
      told: [
        "← OK IMAP4rev1 ready",
        "a1 LOGIN alice x → OK (0) done",
        "a2 APPEND Drafts {5} (5 sent) → OK (0) APPEND completed ! gap",
        "a3 NOOP → OK (0) done",
      ]),
    Case(
      testDescription: "IMAP: a literal is cut, and another command follows",
      story: """
        S: * OK IMAP4rev1 ready
        C: a1 LOGIN alice x
        S: a1 OK done
        C: a2 APPEND Drafts {500+}
        C: hello
        C- 493
        C:
        C: a3 NOOP
        S: a2 OK APPEND completed
        S: a3 OK done
        """,
      told: [
        "← OK IMAP4rev1 ready",
        "a1 LOGIN alice x → OK (0) done",
        "a2 APPEND Drafts {500+} (500 sent) → OK (0) APPEND completed ! gap",
        "a3 NOOP → OK (0) done",
      ]),
    Case(
      testDescription: "IMAP: more than the rest of a literal is missing",
      story: """
        S: * OK IMAP4rev1 ready
        C: a1 LOGIN alice x
        S: a1 OK done
        C: a2 APPEND Drafts {500+}
        C: hello
        C- 600
        C: a3 NOOP
        S: a2 OK APPEND completed
        S: a3 OK done
        """,
      told: [
        "← OK IMAP4rev1 ready",
        "a1 LOGIN alice x → OK (0) done",
        "a2 APPEND Drafts {500+} (7 sent) → OK (0) APPEND completed ! gap",
        "a3 NOOP → OK (0) done",
      ]),
    Case(
      testDescription: "IMAP: an untagged response is cut",
      story: """
        S: * OK IMAP4rev1 ready
        C: a1 LOGIN alice x
        S: a1 OK done
        C: a2 FETCH 1 BODY[]
        S: * 1 FETCH (BODY[] {100}
        S: some
        S- 94
        S: )
        S: a2 OK done
        C: a3 NOOP
        S: a3 OK done
        """,
      told: [
        "← OK IMAP4rev1 ready",
        "a1 LOGIN alice x → OK (0) done",
        "a2 FETCH 1 BODY[] < * 1 FETCH (BODY[] {100}) → OK (1) done (100 received) ! gap",
        "a3 NOOP → OK (0) done",
      ]),
    Case(
      testDescription: "IMAP: the session ends while an authentication waits",
      story: """
        S: * OK IMAP4rev1 ready
        C: a1 AUTHENTICATE PLAIN
        C: AGFsaWNlAHNlY3JldA==
        """,
      told: [
        "← OK IMAP4rev1 ready",
        "a1 AUTHENTICATE PLAIN > AGFsaWNlAHNlY3JldA== → nothing",
      ]),
    Case(
      testDescription: "IMAP: the session ends while STARTTLS waits",
      story: """
        S: * OK IMAP4rev1 ready
        C: a1 STARTTLS
        C: a2 NOOP
        """,
      told: [
        "← OK IMAP4rev1 ready",
        "a1 STARTTLS → nothing",
        "a2 NOOP → nothing",
      ]),
    Case(
      testDescription: "POP3: the end of a list is missing",
      story: """
        S: +OK POP3 ready
        C: LIST
        S: +OK 2 messages
        S: 1 120
        S- 20
        S: +OK 120
        C: STAT
        S: +OK 2 320
        """,
      told: [
        "← +OK POP3 ready",
        "LIST → +OK (2) 2 messages|1 120|+OK 120 ! gap",
        "STAT → +OK 2 320",
      ]),
    Case(
      testDescription: "POP3: the challenge is missing",
      story: """
        S: +OK POP3 ready
        C: AUTH PLAIN
        C: AGFsaWNlAHNlY3JldA==
        S- 4
        S: +OK welcome
        C: STAT
        S: +OK 2 320
        """,
      told: [
        "← +OK POP3 ready",
        "AUTH PLAIN > AGFsaWNlAHNlY3JldA== → +OK welcome ! gap",
        "STAT → +OK 2 320",
      ]),
    Case(
      testDescription:
        "POP3: a client that does not wait for the greeting, words that are neither command nor reply",
      story: """
        C: CAPA
        S: +OK POP3 server ready
        S: +OK
        S: TOP
        S: .
        C: STAT
        S: +OK 0 0
        C: 1 2 3
        S: nonsense
        S: + what
        S: -ERR no command
        """,
      told: [
        "← +OK POP3 server ready",
        "CAPA → +OK (1) |TOP",
        "STAT → +OK 0 0",
        "← -ERR! no command ! command.invalid command.reply-invalid",
        "opaque 7 18 text",
      ]),
    Case(
      testDescription: "SMTP: the end of a mail is missing",
      story: """
        S: 220 mail.test ESMTP
        C: EHLO me
        S: 250 mail.test
        C: MAIL FROM:<a@b>
        S: 250 ok
        C: RCPT TO:<c@d>
        S: 250 ok
        C: DATA
        S: 354 go on
        C: Subject: x
        C- 500
        S: 250 queued
        C: QUIT
        S: 221 bye
        """,
      told: [
        "← 220 mail.test ESMTP",
        "EHLO me → 250 mail.test",
        "MAIL FROM:<a@b> → 250 ok",
        "RCPT TO:<c@d> → 250 ok",
        "DATA (512 sent) < 354 go on → 250 queued ! gap",
        "QUIT → 221 bye",
      ]),
    Case(
      testDescription: "SMTP: a chunk without a size",
      story: """
        S: 220 mail.test ESMTP
        C: EHLO me
        S: 250 mail.test
        C: BDAT many
        S: 501 no
        C: QUIT
        S: 221 bye
        """,
      told: [
        "← 220 mail.test ESMTP",
        "EHLO me → 250 mail.test",
        "BDAT many → 501! no ! command.invalid",
        "QUIT → 221 bye",
      ]),
    Case(
      testDescription: "FTP: a reply of several lines is cut, and so is a command",
      story: """
        S: 220 FTP server ready
        C: USER alice
        S: 331-a
        S- 20
        S: 331 password
        C: PASS x
        S: 230 welcome
        C- 9
        C: PWD
        S: 257 "/"
        """,
      told: [
        "← 220 FTP server ready",
        "USER alice → 331 password ! gap",
        "PASS x → 230 welcome",
        "PWD → 257 \"/\" ! gap",
      ]),
    Case(
      testDescription: "FTP: the session ends while AUTH waits",
      story: """
        S: 220 FTP server ready
        C: AUTH TLS
        C: PBSZ 0
        """,
      told: [
        "← 220 FTP server ready",
        "AUTH TLS → nothing",
        "PBSZ 0 → nothing",
      ]),
  ]

  static func script(_ story: String) -> [PacketEvent] {
    var script = EventScript(server: "198.51.100.7:9999")
    for line in story.split(separator: "\n") {
      let direction: Direction = line.hasPrefix("C") ? .clientToServer : .serverToClient
      let rest = line.dropFirst(3)
      if line.dropFirst().first == "-" {
        script.gap(direction, UInt64(rest) ?? 0)
      } else {
        script.append(.bytes(direction, Array((rest + "\r\n").utf8)))
      }
    }
    script.finish()
    return script.events
  }

  @Test(arguments: cases) func `are told as far as they are there`(_ test: Case) {
    let events = Self.script(test.story)
    let found = told(events)
    #expect(found == test.told)
    #expect(splittingDifference(events) == nil)
  }

  @Test func `are given up where nothing that fits follows a gap`() {
    var limits = InspectionLimits()
    limits.commands.resynchronisationByteCount = 20
    let events = Self.script(
      """
      S: 220 FTP server ready
      C: USER alice
      S: 331 password
      C- 9
      C: no command
      C: none either
      C: PASS x
      S: 230 welcome
      """)
    #expect(
      told(events, limits: limits) == [
        "← 220 FTP server ready", "USER alice → 331 password", "← 230 welcome ! gap command.given-up",
        "opaque 33 0 text",
      ])
    #expect(splittingDifference(events, limits: limits) == nil)
  }

  @Test func `are told within the limits`() {
    var limits = InspectionLimits()
    limits.commands.pendingCommandCount = 2
    limits.commands.interimCount = 1
    let events = Self.script(
      """
      S: * OK IMAP4rev1 ready
      C: a1 LOGIN alice x
      S: a1 OK done
      C: a2 FETCH 1:3 FLAGS
      S: * 1 FETCH (FLAGS ())
      S: * 2 FETCH (FLAGS ())
      S: * 3 FETCH (FLAGS ())
      S: a2 OK done
      C: a3 NOOP
      C: a4 NOOP
      C: a5 NOOP
      S: a4 OK done
      S: a5 OK done
      """)
    #expect(
      told(events, limits: limits) == [
        "← OK IMAP4rev1 ready", "a1 LOGIN alice x → OK (0) done",
        "a2 FETCH 1:3 FLAGS < * 1 FETCH (FLAGS ()) → OK (3) done",
        "a3 NOOP → nothing ! command.too-many-pending", "a4 NOOP → OK (0) done", "a5 NOOP → OK (0) done",
      ])
    #expect(splittingDifference(events, limits: limits) == nil)
  }
}
