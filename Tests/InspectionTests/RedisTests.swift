import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct Redis {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What is said in turn, the client first.
    var turns: [String]
    var told: [String]
  }

  static func command(_ words: String...) -> String {
    "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
  }

  static let cases = [
    Case(
      testDescription: "every type of RESP 2",
      turns: [
        command("SET", "a key", "v\u{1}"), "+OK\r\n", command("GET", "a key"), "$5\r\na\r\nbc\r\n",
        command("INCR", "n"), ":-1000\r\n", command("LRANGE", "l", "0", "-1"),
        "*3\r\n$1\r\na\r\n$-1\r\n:2\r\n",
        command("GET", ""), "$-1\r\n", command("LPUSH"),
        "-ERR wrong number of arguments for 'lpush' command\r\n", command("INCR", "x"),
        "-WRONGTYPE Operation against a key\r\n", command("EXEC"), "*-1\r\n", command("EXEC"),
        "*2\r\n*0\r\n*1\r\n+a b\r\n", command("GET", "e"), "$0\r\n\r\n",
      ],
      told: [
        "SET \"a key\" \"v\u{1}\" → string OK", "GET \"a key\" → string a\r|bc", "INCR n → integer -1000",
        "LRANGE l 0 -1 → array (3) a (nil) 2", #"GET "" → null (nil)"#,
        "LPUSH → error! [ERR] wrong number of arguments for 'lpush' command",
        "INCR x → error! [WRONGTYPE] Operation against a key", "EXEC → null (nil)",
        #"EXEC → array (2) [] ["a b"]"#, "GET e → string",
      ]),
    Case(
      testDescription: "every type of RESP 3",
      turns: [
        command("HELLO", "3", "AUTH", "alice", "secret"), "%2\r\n+server\r\n+redis\r\n+proto\r\n:3\r\n",
        command("A"), "#t\r\n", command("B"), ",1.23\r\n", command("C"),
        "(3492890328409238509324850943850943825024385\r\n",
        command("D"), "!21\r\nSYNTAX invalid syntax\r\n", command("E"), "=15\r\ntxt:Some string\r\n",
        command("F"), "_\r\n",
        command("G"), "~2\r\n:1\r\n:2\r\n", command("H"),
        "|1\r\n+key-popularity\r\n%1\r\n$1\r\na\r\n,0.1923\r\n*2\r\n:1\r\n|1\r\n+x\r\n+y\r\n:2\r\n",
        "", ">2\r\n+invalidate\r\n*1\r\n+a\r\n", command("I"), "+ok\r\n",
      ],
      told: [
        "HELLO 3 AUTH alice secret → map (2) server redis proto 3", "A → boolean t", "B → double 1.23",
        "C → number 3492890328409238509324850943850943825024385", "D → error! [SYNTAX] invalid syntax",
        "E → string txt:Some string", "F → null (nil)", "G → set (2) 1 2", "H → array (2) 1 2",
        "← push (2) invalidate [a]", "I → string ok",
      ]),
    Case(
      testDescription: "subscriptions, whose messages no command asks for",
      turns: [
        command("SUBSCRIBE", "one", "two"),
        "*3\r\n$9\r\nsubscribe\r\n$3\r\none\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$3\r\ntwo\r\n:2\r\n"
          + "*3\r\n$7\r\nmessage\r\n$3\r\none\r\n$5\r\nhello\r\n",
        command("PING"), "*2\r\n$4\r\npong\r\n$0\r\n\r\n", command("UNSUBSCRIBE"),
        "*3\r\n$11\r\nunsubscribe\r\n$3\r\none\r\n:1\r\n*3\r\n$11\r\nunsubscribe\r\n$3\r\ntwo\r\n:0\r\n",
      ],
      told: [
        "SUBSCRIBE one two < array subscribe one 1 → array (3) subscribe two 2",
        "← push (3) message one hello",
        #"PING → array (2) pong """#, "UNSUBSCRIBE → array (3) unsubscribe one 1",
        "← push (3) unsubscribe two 0",
      ]),
    Case(
      testDescription: "commands typed as lines, and a monitor",
      turns: [
        "PING\r\n", "+PONG\r\n", "set \"a b\" 'c d'\n\r\n", "+OK\r\n", "MONITOR\r\n",
        "+OK\r\n+1339518083.107412 [0 127.0.0.1:60866] \"keys\" \"*\"\r\n",
      ],
      told: [
        "PING → string PONG", #"set "a b" "c d" → string OK"#, "MONITOR → string OK",
        #"← push 1339518083.107412 [0 127.0.0.1:60866] "keys" "*""#,
      ]),
    Case(
      testDescription: "pipelining, and replies that were switched off",
      turns: [
        command("GET", "a") + command("GET", "b") + command("CLIENT", "REPLY", "SKIP") + command("GET", "c")
          + command("GET", "d") + command("CLIENT", "REPLY", "OFF") + command("GET", "e"),
        "$1\r\n1\r\n$1\r\n2\r\n$1\r\n4\r\n", command("CLIENT", "REPLY", "ON") + command("GET", "f"),
        "+OK\r\n$1\r\n6\r\n",
      ],
      told: [
        "CLIENT REPLY SKIP → nothing", "GET c → nothing", "CLIENT REPLY OFF → nothing", "GET e → nothing",
        "GET a → string 1", "GET b → string 2", "GET d → string 4", "CLIENT REPLY ON → string OK",
        "GET f → string 6",
      ]),
    Case(
      testDescription: "a replica",
      turns: [
        command("PING"), "+PONG\r\n", command("PSYNC", "?", "-1"),
        "+FULLRESYNC 8371445 0\r\n$4\r\nRDB!*1\r\n$4\r\nPING\r\n", command("REPLCONF", "ACK", "1"),
      ],
      told: [
        "PING → string PONG", "PSYNC ? -1 → string FULLRESYNC 8371445 0",
        "opaque 34 22 text ! redis.replication",
      ]),
    Case(
      testDescription: "bytes that are no value",
      turns: [
        command("PING"), "+PONG\r\n", "*1\r\nxyz\r\n" + command("ECHO", "a"), "?\r\n$1\r\na\r\n",
      ],
      told: [
        "PING → string PONG", "ECHO a → string a ! command.invalid command.reply-invalid", "opaque 9 3",
      ]),
  ]

  @Test(arguments: cases) func `is told as commands and replies, wherever it is split`(_ test: Case) {
    var script = EventScript()
    for (index, turn) in test.turns.enumerated() where !turn.isEmpty {
      script.append(.bytes(index % 2 == 0 ? .clientToServer : .serverToClient, Array(turn.utf8)))
    }
    script.finish()
    #expect(told(script.events) == test.told)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `measures long strings instead of keeping them`() throws {
    let long = [UInt8](repeating: 0x61, count: 3_000)
    var script = EventScript()
    script.client(Array("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$3000\r\n".utf8) + long + [13, 10])
    script.server("+OK\r\n")
    script.client(Self.command("GET", "a"))
    script.server(Array("$3000\r\n".utf8) + long + [13, 10])
    script.finish()
    let found = exchanges(script.events).compactMap(\.command)
    #expect(found.first?.command?.payload?.sha256 == sha256(long))
    #expect(found.first?.command?.arguments.count == 1_020)
    #expect(found.last?.reply?.payload?.byteCount == 3_000)
    #expect(found.last?.reply?.text.count == 1_024)
    #expect(found.last?.reply?.byteCount == 3_009)
  }

  @Test func `goes on behind missing bytes`() {
    var script = EventScript()
    script.client(Self.command("GET", "a"))
    script.server("$10\r\nabc")
    script.gap(.serverToClient, 4)
    script.server("hij\r\n")
    script.client(Self.command("GET", "b"))
    script.gap(.serverToClient, 40)
    script.client(Self.command("GET", "c"))
    script.server("mething\r\n$1\r\nc\r\n")
    script.gap(.clientToServer, 5)
    script.client("x\r\n" + Self.command("GET", "d"))
    script.server(":4\r\n")
    script.finish()
    #expect(
      told(script.events) == [
        "GET a → string abchij ! gap", "GET b → nothing ! gap command.reply-lost", "GET c → string c",
        "GET d → integer 4 ! gap", "opaque 3 9 text",
      ])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `bounds how deep values are nested`() {
    var script = EventScript()
    script.client(Self.command("PING"))
    script.server("+PONG\r\n")
    script.client(Self.command("EVAL", "x"))
    script.server(String(repeating: "*1\r\n", count: 40) + ":1\r\n")
    script.client(Self.command("PING"))
    script.server("+PONG\r\n")
    script.finish()
    let found = exchanges(script.events)
    #expect(found.flatMap(\.codes).contains("command.reply-invalid"))
    #expect(splittingDifference(script.events) == nil)
  }
}
