import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct PostgreSQL {
  /// A message of a type; its texts end with a zero byte.
  static func message(_ type: Character, _ body: [UInt8] = []) -> [UInt8] {
    let length = UInt32(body.count + 4)
    return Array(String(type).utf8) + number(length) + body
  }

  static func message(_ type: Character, _ texts: String...) -> [UInt8] {
    message(type, texts.flatMap { Array($0.utf8) + [0] })
  }

  static func number(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  static func startup(_ code: UInt32, _ body: [UInt8] = []) -> [UInt8] {
    number(UInt32(body.count + 8)) + number(code) + body
  }

  static let login = startup(0x0003_0000, Array("user\0alice\0database\0test\0\0".utf8))
  static let tls = startup(80_877_103)
  static let ready = message("Z", [UInt8(ascii: "I")])
  static let ok = message("R", number(0))
  static let row = message("D", [0, 1] + number(1) + [0x31])

  static func failure(_ severity: String, _ code: String, _ text: String) -> [UInt8] {
    message("E", Array("S\(severity)\0V\(severity)\0C\(code)\0M\(text)\0\0".utf8))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What is said in turn, the client first.
    var turns: [[UInt8]]
    var told: [String]
  }

  static let cases: [Case] = [
    Case(
      testDescription: "a login by SASL, after TLS was refused",
      turns: [
        tls, Array("N".utf8), login,
        message("R", number(10) + Array("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0".utf8)),
        message("p", Array("SCRAM-SHA-256\0".utf8) + number(7) + Array("n,,n=,r".utf8)),
        message("R", number(11) + Array("r=x".utf8)), message("p", Array("c=biws,r=x".utf8)),
        message("R", number(12) + Array("v=6rri".utf8)) + ok + message("S", "server_version", "15.4")
          + message("S", "TimeZone", "UTC") + message("K", number(9) + number(7)) + ready,
        message("X"),
      ],
      told: [
        "SSLRequest → N refused",
        "Startup user=alice database=test < Authentication SASL SCRAM-SHA-256-PLUS SCRAM-SHA-256 "
          + "> SCRAM-SHA-256 (response, 25 bytes) < Authentication continues > (response, 10 bytes) "
          + "< Authentication SASL final → AuthenticationOk server_version=15.4 TimeZone=UTC",
        "Terminate → nothing",
      ]),
    Case(
      testDescription: "a login by password that fails",
      turns: [
        login, message("R", number(3)), message("p", "secret"),
        failure("FATAL", "28P01", "password authentication failed for user \"alice\""),
      ],
      told: [
        "Startup user=alice database=test < Authentication password in the clear > (password, 6 bytes) "
          + "→ FATAL! [28P01] password authentication failed for user \"alice\""
      ]),
    Case(
      testDescription: "simple queries: rows, several statements, an error, nothing at all",
      turns: [
        login, ok + ready, message("Q", "select 1"),
        message("T", [0, 0]) + row + row + message("C", "SELECT 2") + ready,
        message("Q", "insert into t values (1); select 1"),
        message("C", "INSERT 0 1") + message("T", [0, 0]) + row + message("C", "SELECT 1") + ready,
        message("Q", "selekt"), failure("ERROR", "42601", "syntax error at or near \"selekt\"") + ready,
        message("Q", ""), message("I") + ready,
      ],
      told: [
        "Startup user=alice database=test → AuthenticationOk", "Query select 1 → SELECT 2 (2)",
        "Query insert into t values (1); select 1 → INSERT 0 1; SELECT 1 (1)",
        "Query selekt → ERROR! [42601] syntax error at or near \"selekt\"", "Query → EmptyQuery",
      ]),
    Case(
      testDescription: "extended queries, pipelined, with named statements and portals",
      turns: [
        login, ok + ready,
        message("P", "", "select $1") + message("B", Array("\0\0".utf8)) + message("D", Array("P\0".utf8))
          + message("E", Array("\0".utf8) + number(0)) + message("S")
          + message("P", "s1", "update t set a = 1")
          + message("B", Array("c1\0s1\0".utf8)) + message("E", Array("c1\0".utf8) + number(0))
          + message("S"),
        message("1") + message("2") + message("T", [0, 0]) + row + message("C", "SELECT 1") + ready
          + message("1") + message("2") + message("C", "UPDATE 3") + ready,
        message("B", Array("\0s1\0".utf8)) + message("E", Array("\0".utf8) + number(5))
          + message("C", Array("Ss1\0".utf8))
          + message("S"),
        message("2") + message("s") + message("3") + ready,
      ],
      told: [
        "Startup user=alice database=test → AuthenticationOk", "Parse select $1 → SELECT 1 (1)",
        "Parse s1: update t set a = 1; execute c1 → UPDATE 3",
        "Bind s1: update t set a = 1; close s1 → PortalSuspended",
      ]),
    Case(
      testDescription: "COPY both ways",
      turns: [
        login, ok + ready, message("Q", "copy t from stdin"), message("G", [0, 0, 0]),
        message("d", Array("1\n".utf8)) + message("d", Array("2\n".utf8)) + message("c"),
        message("C", "COPY 2") + ready, message("Q", "copy t to stdout"),
        message("H", [0, 0, 0]) + message("d", Array("1\n".utf8)) + message("c") + message("C", "COPY 1")
          + ready,
        message("Q", "copy t from stdin"), message("G", [0, 0, 0]), message("f", "changed my mind"),
        failure("ERROR", "57014", "COPY from stdin failed") + ready,
      ],
      told: [
        "Startup user=alice database=test → AuthenticationOk", "Query copy t from stdin (4 sent) → COPY 2",
        "Query copy t to stdout → COPY 1 (2 received)",
        "Query copy t from stdin > changed my mind → ERROR! [57014] COPY from stdin failed",
      ]),
    Case(
      testDescription: "notices, notifications, parameters, a function, the end",
      turns: [
        login, ok + ready, message("Q", "drop table if exists x"),
        message("N", Array("SNOTICE\0C00000\0Mtable \"x\" does not exist\0\0".utf8))
          + message("S", "TimeZone", "CET") + message("C", "DROP TABLE") + ready
          + message("A", number(7) + Array("chan\0hello\0".utf8)),
        message("F", number(42) + [0, 0, 0, 0, 0, 0]), message("V", number(0)) + ready, [],
        message("S", "a", "b")
          + failure("FATAL", "57P01", "terminating connection due to administrator command"),
      ],
      told: [
        "Startup user=alice database=test → AuthenticationOk",
        "Query drop table if exists x < NOTICE 00000 table \"x\" does not exist < ParameterStatus TimeZone=CET → DROP TABLE",
        "← NOTIFY chan hello", "FunctionCall 42 → FunctionCall", "← ParameterStatus a=b",
        "← FATAL! [57P01] terminating connection due to administrator command",
      ]),
    Case(
      testDescription: "a cancellation",
      turns: [startup(80_877_102, number(4_711) + number(1))],
      told: ["CancelRequest process 4711 → nothing"]),
    Case(
      testDescription: "a session that begins in its midst",
      turns: [
        message("Q", "select 1"), message("T", [0, 0]) + row + message("C", "SELECT 1") + ready,
      ],
      told: ["Query select 1 → SELECT 1 (1)"]),
    Case(
      testDescription: "bytes that are no message",
      turns: [
        login, ok + ready, message("Q", "select 1"), Array("????".utf8) + message("C", "SELECT 1") + ready,
        [0xff, 0xff] + message("Q", "select 2"), message("C", "SELECT 2") + ready,
      ],
      told: [
        "Startup user=alice database=test → AuthenticationOk",
        "Query select 1 → nothing ! postgresql.message-invalid",
        "Query select 2 → SELECT 2 ! postgresql.message-invalid", "opaque 2 18",
      ]),
  ]

  @Test(arguments: cases) func `is told as commands and replies, wherever it is split`(_ test: Case) {
    var script = EventScript()
    for (index, turn) in test.turns.enumerated() where !turn.isEmpty {
      script.append(.bytes(index % 2 == 0 ? .clientToServer : .serverToClient, turn))
    }
    script.finish()
    #expect(told(script.events) == test.told)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `shows the TLS that the server agreed to`() {
    var script = EventScript()
    script.client(Self.tls)
    script.server("S")
    script.client(CapturedHellos.grease)
    script.finish()
    #expect(told(script.events) == ["SSLRequest → S accepted", "hello secure.adnxs.com"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `says what was smuggled in front of the TLS`() {
    var script = EventScript()
    script.client(Self.tls + Self.login)
    script.server("S")
    script.client(CapturedHellos.grease)
    script.finish()
    let found = told(script.events)
    #expect(found[0] == "SSLRequest → S accepted ! command.starttls-injection")
    #expect(found[1] == "hello secure.adnxs.com")
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `goes on behind missing bytes`() {
    var script = EventScript()
    script.client(Self.login)
    script.server(Self.ok + Self.ready)
    script.client(Self.message("Q", "select 1"))
    script.server(Array(Self.message("D", [UInt8](repeating: 0, count: 60)).prefix(20)))
    script.gap(.serverToClient, 30)
    script.server([UInt8](repeating: 0, count: 15) + Self.message("C", "SELECT 1") + Self.ready)
    script.client(Self.message("Q", "select 2"))
    script.gap(.serverToClient, 500)
    script.server(Self.row + Self.message("C", "SELECT 9") + Self.ready)
    script.client(Self.message("Q", "select 3"))
    script.server(Self.message("C", "SELECT 3") + Self.ready)
    script.gap(.clientToServer, 7)
    script.client([1, 2, 3] + Self.message("Q", "select 4"))
    script.server(Self.message("C", "SELECT 4") + Self.ready)
    script.finish()
    let found = told(script.events)
    #expect(found[1] == "Query select 1 → SELECT 1 (1) ! gap")
    #expect(found.contains("Query select 4 → SELECT 4 ! gap"))
    #expect(found.contains { $0.hasPrefix("Query select 3 → SELECT 3") })
    #expect(splittingDifference(script.events) == nil)
  }
}
