import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct IMAP {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var story: String
    var told: [String]
  }

  static let cases = [
    Case(
      testDescription: "the sample connection of RFC 9051 §8",
      story: """
        S: * OK [CAPABILITY STARTTLS AUTH=SCRAM-SHA-256 IMAP4rev2] IMAP4rev2 Service Ready
        C: a000 login mrc secret
        S: a000 OK LOGIN completed
        C: a001 select inbox
        S: * 18 EXISTS
        S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
        S: * OK [UIDVALIDITY 3857529045] UIDs valid
        S: a001 OK [READ-WRITE] SELECT completed
        C: a002 fetch 12 body[header]
        S: * 12 FETCH (BODY[HEADER] {20}
        S: Subject: x
        S: a: 123
        S: )
        S: a002 OK FETCH completed
        C: a003 logout
        S: * BYE IMAP4rev2 server terminating connection
        S: a003 OK LOGOUT completed
        """,
      told: [
        "← OK [CAPABILITY STARTTLS AUTH=SCRAM-SHA-256 IMAP4rev2] IMAP4rev2 Service Ready",
        "a000 login mrc secret → OK (0) LOGIN completed",
        #"a001 select inbox < * 18 EXISTS < * FLAGS (\Answered \Flagged \Deleted \Seen \Draft) "#
          + "< * OK [UIDVALIDITY 3857529045] UIDs valid → OK [READ-WRITE] (3) SELECT completed",
        "a002 fetch 12 body[header] < * 12 FETCH (BODY[HEADER] {20}) → OK (1) FETCH completed (20 received)",
        "a003 logout < * BYE IMAP4rev2 server terminating connection → OK (1) LOGOUT completed",
      ]),
    Case(
      testDescription: "literals that wait, that do not, and that are refused (RFC 9051 §4.3, RFC 7888)",
      story: """
        S: * PREAUTH ready
        C: A1 APPEND Drafts (\\Seen) {5}
        S: + Ready for literal data
        C: abc
        C:
        S: A1 OK [APPENDUID 38505 3955] APPEND completed
        C: A2 LOGIN {5+}
        C: alice {6+}
        C: secret
        C: A3 NOOP
        S: A2 NO [AUTHENTICATIONFAILED] no
        S: A3 OK done
        C: A4 APPEND Drafts {99}
        S: A4 NO [TRYCREATE] no such mailbox
        C: A5 UID FETCH 1:* FLAGS
        S: * 1 FETCH (UID 7)
        S: A5 OK done
        """,
      told: [
        "← PREAUTH ready",
        #"A1 APPEND Drafts (\Seen) {5} (5 sent) < + Ready for literal data → OK [APPENDUID 38505 3955] (0) APPEND completed"#,
        "A2 LOGIN {5+} {6+} (11 sent) → NO! [AUTHENTICATIONFAILED] (0) no", "A3 NOOP → OK (0) done",
        "A4 APPEND Drafts {99} → NO! [TRYCREATE] (0) no such mailbox",
        "A5 UID FETCH 1:* FLAGS < * 1 FETCH (UID 7) → OK (1) done",
      ]),
    Case(
      testDescription: "IDLE, news between commands, replies out of order (RFC 9051 §6.3.13)",
      story: """
        S: * OK ready
        C: 1 IDLE
        S: + idling
        S: * 4 EXISTS
        C: DONE
        S: 1 OK IDLE terminated
        S: * 5 EXISTS
        C: 2 FETCH 1 FLAGS
        C: 3 NOOP
        S: 3 OK done
        S: * 1 FETCH (FLAGS ())
        S: 2 OK done
        C: nonsense
        S: nonsense BAD Invalid command name
        S: * BYE shutting down
        """,
      told: [
        "← OK ready", "1 IDLE < + idling < * 4 EXISTS > DONE → OK (1) IDLE terminated", "← * 5 EXISTS",
        "3 NOOP → OK (0) done", "2 FETCH 1 FLAGS < * 1 FETCH (FLAGS ()) → OK (1) done",
        "nonsense → BAD! (0) Invalid command name", "← BYE! shutting down",
      ]),
    Case(
      testDescription: "authentication (RFC 9051 §6.2.2)",
      story: """
        S: * OK IMAP4rev2 Server
        C: A001 AUTHENTICATE SCRAM-SHA-256
        S: +
        C: biwsbj11c2VyLHI9
        S: + cj1yT3ByTkdm
        C: *
        S: A001 BAD aborted
        C: A002 AUTHENTICATE PLAIN dGVzdA==
        S: A002 OK Success (TLS protection)
        """,
      told: [
        "← OK IMAP4rev2 Server",
        "A001 AUTHENTICATE SCRAM-SHA-256 < + > biwsbj11c2VyLHI9 < + cj1yT3ByTkdm > * → BAD! (0) aborted",
        "A002 AUTHENTICATE PLAIN dGVzdA== → OK (0) Success (TLS protection)",
      ]),
    Case(
      testDescription: "compression (RFC 4978)",
      story: """
        S: * OK ready
        C: a COMPRESS DEFLATE
        S: a OK DEFLATE active
        C: xyz
        S: abc
        """,
      told: ["← OK ready", "a COMPRESS DEFLATE → OK (0) DEFLATE active", "opaque 5 5 text ! imap.compressed"]),
    Case(
      testDescription: "a session that begins in its midst",
      story: """
        S: * 12 EXISTS
        C: 77 UID SEARCH UNSEEN
        S: * SEARCH 1 2
        S: 77 OK done
        """,
      told: ["← * 12 EXISTS", "77 UID SEARCH UNSEEN < * SEARCH 1 2 → OK (1) done"]),
  ]

  @Test(arguments: cases) func `is told as commands and replies, wherever it is split`(_ test: Case) {
    let events = story(test.story)
    #expect(told(events) == test.told)
    #expect(splittingDifference(events) == nil)
  }

  @Test func `shows the TLS behind STARTTLS`() {
    var script = EventScript()
    script.server("* OK ready\r\n")
    script.client("a STARTTLS\r\n")
    script.server("a OK Begin TLS negotiation now\r\n")
    script.client(CapturedHellos.grease)
    script.finish()
    #expect(
      told(script.events) == [
        "← OK ready", "a STARTTLS → OK (0) Begin TLS negotiation now", "hello secure.adnxs.com",
      ])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `measures the mails of a reply as one`() throws {
    var script = EventScript()
    script.server("* OK ready\r\n")
    script.client("a FETCH 1:2 BODY[]\r\n")
    script.server("* 1 FETCH (BODY[] {3}\r\nabc FLAGS ())\r\n* 2 FETCH (BODY[] {2}\r\nde)\r\na OK\r\n")
    script.finish()
    let reply = try #require(exchanges(script.events).last?.command?.reply)
    #expect(reply.payload?.byteCount == 5)
    #expect(reply.payload?.sha256 == sha256(Array("abcde".utf8)))
    #expect(reply.itemCount == 2)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `goes on behind missing bytes of a literal, and behind missing lines`() {
    var script = EventScript()
    script.server("* OK ready\r\n")
    script.client("a FETCH 1 BODY[]\r\n")
    script.server("* 1 FETCH (BODY[] {300}\r\nabc")
    script.gap(.serverToClient, 290)
    script.server("1234567)\r\na OK done\r\n")
    script.client("b NOOP\r\n")
    script.gap(.serverToClient, 40)
    script.client("c NOOP\r\n")
    script.server("st of a line\r\nc OK done\r\n")
    script.finish()
    let found = told(script.events)
    #expect(found[1] == "a FETCH 1 BODY[] < * 1 FETCH (BODY[] {300}) → OK (1) done (300 received) ! gap")
    #expect(found[2] == "b NOOP → nothing ! gap command.reply-lost")
    #expect(found[3] == "c NOOP → OK (0) done")
    #expect(splittingDifference(script.events) == nil)
  }
}
