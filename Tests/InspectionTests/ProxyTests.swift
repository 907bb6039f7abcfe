import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `Proxies in front of a session` {
  static let get = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
  static let answer = Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)
  static let version2: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What is said in turn, the client first.
    var turns: [[UInt8]]
    var told: [String]
  }

  static let cases: [Case] = [
    Case(
      testDescription: "SOCKS 5 to a name",
      turns: [
        [5, 2, 0, 1], [5, 0], [5, 1, 0, 3, 1, 0x61, 0, 80], [5, 0, 0, 1, 10, 0, 0, 1, 4, 1], get, answer,
      ], told: ["CONNECT a:80 → 0 succeeded", "GET / → 204"]),
    Case(
      testDescription: "SOCKS 5 with a name and a password, to an IPv6 address",
      turns: [
        [5, 1, 2], [5, 2], [1, 1, 0x75, 3, 1, 2, 3], [1, 0],
        [5, 1, 0, 4] + [UInt8](repeating: 0, count: 15) + [1, 1, 0xbb], [5, 5, 0, 1, 0, 0, 0, 0, 0, 0],
      ],
      told: [
        "CONNECT [::1]:443 < 2 name and password > u (password, 3 bytes) < 0 welcome → 5! connection refused"
      ]),
    Case(
      testDescription: "SOCKS 5 that does not wait",
      turns: [
        [5, 1, 0, 5, 1, 0, 1, 10, 0, 0, 2, 0, 80] + get, [5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0] + answer,
      ], told: ["CONNECT 10.0.0.2:80 → 0 succeeded", "GET / → 204"]),
    Case(
      testDescription: "SOCKS 4",
      turns: [
        [4, 1, 0, 80, 10, 0, 0, 2, 0x6d, 0x65, 0], [0, 0x5a, 0, 0, 0, 0, 0, 0], get, answer,
      ], told: ["CONNECT 10.0.0.2:80 → 90 granted", "GET / → 204"]),
    Case(
      testDescription: "SOCKS 4A, refused",
      turns: [
        [4, 1, 0, 80, 0, 0, 0, 1, 0, 0x61, 0x2e, 0x62, 0], [0, 0x5b, 0, 0, 0, 0, 0, 0],
      ], told: ["CONNECT a.b:80 → 91! rejected or failed"]),
    Case(
      testDescription: "the PROXY protocol, version 1",
      turns: [
        Array("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n".utf8) + get, answer,
      ], told: ["PROXY TCP4 192.0.2.1 198.51.100.7 56324 443 → nothing", "GET / → 204"]),
    Case(
      testDescription: "the PROXY protocol, version 2, in front of a server that speaks first",
      turns: [
        version2 + [0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 0, 25],
        Array("220 a ESMTP\r\n".utf8), Array("EHLO b\r\n".utf8), Array("250 a\r\n".utf8),
      ],
      told: [
        "PROXY TCP4 192.0.2.1 198.51.100.7 56324 25 → nothing", "← 220 a ESMTP", "EHLO b → 250 a",
      ]),
    Case(
      testDescription: "a health check", turns: [version2 + [0x20, 0, 0, 0] + get, answer],
      told: ["PROXY LOCAL → nothing", "GET / → 204"]),
    Case(
      testDescription: "a line that is no header",
      turns: [Array("PROXY TCP4 ".utf8) + [UInt8](repeating: 0x61, count: 200) + [13, 10]],
      told: ["opaque 213 0 text"]),
  ]

  @Test(arguments: cases) func `are told, and what follows them`(_ test: Case) {
    var script = EventScript()
    for (index, turn) in test.turns.enumerated() {
      script.append(.bytes(index % 2 == 0 ? .clientToServer : .serverToClient, turn))
    }
    script.finish()
    #expect(told(script.events) == test.told)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `are placed in the streams`() throws {
    var script = EventScript()
    script.client(Array("PROXY UNKNOWN\r\n".utf8) + Array("GET  / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    script.server(Self.answer)
    script.finish()
    let finding = try #require(exchanges(script.events).last?.findings.first)
    #expect(finding.offset == 15 + 3)
  }

  @Test(
    arguments: [
      (0xff, "no method fits"), (1, "another method"),
    ] as [(UInt8, String)])
  func `are told where no method of SOCKS 5 is agreed`(_ method: UInt8, _ text: String) {
    var script = EventScript()
    script.client([5, 1, 0])
    script.server([5, method])
    script.client([9, 9])
    script.finish()
    #expect(told(script.events) == [" < \(method) \(text) → nothing", "opaque 2 0 text"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test(arguments: [Direction.clientToServer, .serverToClient])
  func `are given up at a gap`(_ direction: Direction) {
    var script = EventScript()
    script.client([5, 1, 0])
    script.server([5, 0])
    script.gap(direction, 10)
    script.client(Self.get)
    script.server(Self.answer)
    script.finish()
    // The first bytes of both sides are what HTTP passes over before its first line.
    let skipped = ["http1.skipped", "http1.start-line-invalid", "gap"]
    #expect(exchanges(script.events).map { Set($0.codes) } == [Set(skipped)])
    #expect(exchanges(script.events).first?.told.hasPrefix("GET / → 204") == true)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `of HAProxy are nobody's where the header does not end`() {
    var script = EventScript()
    script.client("PROXY TCP4 192.0.2.1")
    script.server("x")
    script.gap(.clientToServer, 10)
    script.client(" 198.51.100.1 5000 25\r\nEHLO me\r\n")
    script.finish()
    #expect(told(script.events) == ["opaque 52 1 text"])
    #expect(splittingDifference(script.events) == nil)
  }
}
