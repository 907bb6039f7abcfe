import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `Leaving HTTP/1` {
  static let connect = "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"
  static let established = "HTTP/1.0 200 Connection established\r\nProxy-Agent: x\r\n\r\n"
  static let get = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"
  static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  static var hello: [UInt8] {
    var hello = HelloBuilder()
    hello.addServerName("example.com")
    return hello.records()
  }

  @Test func `by CONNECT shows the ClientHello in the tunnel, and leaves the proxy its name`() throws {
    var script = EventScript(server: "198.51.100.7:3128")
    script.client(Self.connect)
    script.server(Self.established)
    script.client(Self.hello)
    script.server([UInt8](hex: "150303000100"))
    script.finish()
    let observations = inspect(script.events)
    let found = exchanges(script.events)
    #expect(found.first.map(toldHTTP) == "CONNECT example.com:443 0 → 200 0")
    #expect(found.dropFirst().map(toldHTTP).contains("hello example.com"))
    #expect(found.flatMap(\.codes) == [])
    guard case .closed(let summary) = try #require(observations.last) else { return }
    #expect(summary.host == HostName(name: "198.51.100.7", source: .address))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `by CONNECT reads HTTP/1 in the tunnel, its findings in their places`() throws {
    var script = EventScript()
    script.client(Self.connect)
    script.server(Self.established)
    script.client("GET /a HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n")
    script.server(Self.ok)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(toldHTTP) == ["CONNECT example.com:443 0 → 200 0", "GET /a 0 → 200 2"])
    #expect(found.map(\.index) == [0, 1])
    #expect(found.last?.codes == ["http1.field-without-colon"])
    #expect(found.last?.findings.first?.offset == UInt64(Self.connect.utf8.count + 26))
    guard case .exchange(_, let summary) = inspect(script.events)[2] else { return }
    #expect(summary.clientByteCount == UInt64(Self.connect.utf8.count + 33))
    #expect(summary.serverByteCount == UInt64((Self.established + Self.ok).utf8.count))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `keeps what a client says before the answer`() {
    var script = EventScript()
    script.client(Array(Self.connect.utf8) + Self.hello)
    script.server(Self.established)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(toldHTTP) == ["CONNECT example.com:443 0 → 200 0", "hello example.com"])
    #expect(found.map(\.packet) == [2, 2])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `goes on in HTTP/1 where CONNECT is refused, and then is not`() {
    var script = EventScript()
    script.client(Self.connect)
    script.server("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nauth")
    script.client(Self.connect)
    script.server(Self.established)
    script.client(Self.hello)
    script.finish()
    #expect(
      exchanges(script.events).map(toldHTTP) == [
        "CONNECT example.com:443 0 → 407 4", "CONNECT example.com:443 0 → 200 0", "hello example.com",
      ])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `reads what followed a refused CONNECT as a server does`() {
    var script = EventScript()
    script.client(Self.connect + Self.get)
    script.server("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n" + Self.ok)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(toldHTTP) == ["CONNECT example.com:443 0 → 403 0", "GET / 0 → 200 2"])
    #expect(found.map(\.codes) == [["http1.tunnel-refused"], []])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `takes a CONNECT without an answer as accepted`() {
    let events = dialogue(Self.connect + Self.get, "")
    #expect(exchanges(events).map(toldHTTP) == ["GET / 0 → ?", "CONNECT example.com:443 0 → ?"])
    #expect(splittingDifference(events) == nil)
  }

  @Test func `stops waiting for an answer at a limit`() {
    var limits = InspectionLimits()
    limits.undecidedByteCount = 300
    let long = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 400))\r\n\r\n"
    for (answer, told, codes) in [
      (Self.established, ["CONNECT example.com:443 0 → 200 0", "GET / 0 → 200 2"], []),
      (
        "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n",
        ["CONNECT example.com:443 0 → 502 0", "GET / 0 → ?", "? → 200 2"], ["http1.tunnel-refused"]
      ),
    ] {
      var script = EventScript()
      script.client(Self.connect)
      script.client(long)
      script.server(answer)
      script.server(Self.ok)
      script.finish()
      let found = exchanges(script.events, limits: limits)
      #expect(found.map(toldHTTP) == told)
      #expect(found.flatMap(\.codes) == codes)
      #expect(splittingDifference(script.events, limits: limits) == nil)
    }
  }

  @Test func `goes no deeper than a limit`() {
    var script = EventScript()
    for _ in 0..<10 {
      script.client(Self.connect)
      script.server(Self.established)
    }
    script.finish()
    let found = exchanges(script.events)
    #expect(found.count == 10)
    #expect(
      found.last?.opaque
        == OpaqueCounts(
          clientByteCount: UInt64(Self.connect.utf8.count),
          serverByteCount: UInt64(Self.established.utf8.count)))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `survives gaps and ends within the offer`() {
    for answer in [Self.established, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"] {
      var script = EventScript()
      script.client(Self.connect + "GET / HT")
      script.gap(.clientToServer, 5)
      script.client("GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
      script.halfClose(.clientToServer)
      script.server(answer + Self.ok)
      script.close()
      let found = exchanges(script.events)
      #expect(found.first?.http?.response?.status == (answer == Self.established ? 200 : 403))
      #expect(found.contains { $0.http?.request?.target == Array("/b".utf8) })
      #expect(splittingDifference(script.events) == nil)
    }
    var script = EventScript()
    script.client(Self.connect)
    script.gap(.serverToClient, 100)
    script.client(Self.hello)
    script.server([UInt8](hex: "150303000100"))
    script.finish()
    #expect(exchanges(script.events).map(toldHTTP).contains("hello example.com"))
    #expect(splittingDifference(script.events) == nil)
  }

  // MARK: Upgrades

  static let webSocket =
    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
  static let switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

  @Test func `by an upgrade to WebSocket reads messages`() throws {
    var script = EventScript()
    script.client(Self.webSocket)
    script.server(Array(Self.switching.utf8) + [UInt8](hex: "810548656c6c6f"))
    script.client([UInt8](hex: "818537fa213d7f9f4d5158"))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(toldHTTP) == ["GET /chat 0 → 101 0", "text by the server", "text by the client"])
    #expect(found.flatMap(\.codes) == [])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `gives early frames to the WebSocket`() throws {
    var script = EventScript()
    script.client(Array(Self.webSocket.utf8) + [UInt8](hex: "818537fa213d7f9f4d5158"))
    script.server(Self.switching)
    script.finish()
    #expect(exchanges(script.events).map(toldHTTP) == ["GET /chat 0 → 101 0", "text by the client"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `goes on in HTTP/1 where an upgrade is refused, the next request already there`() {
    let events = dialogue(
      Self.webSocket + Self.get, "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n" + Self.ok)
    let found = exchanges(events)
    #expect(found.map(toldHTTP) == ["GET /chat 0 → 426 0", "GET / 0 → 200 2"])
    #expect(found.flatMap(\.codes) == [])
    #expect(splittingDifference(events) == nil)
  }

  @Test(arguments: ["", "Upgrade: TLS/1.0, HTTP/1.1\r\n"])
  func `chooses the protocol by what is said where the upgrade does not tell`(agreed: String) {
    var script = EventScript()
    script.client(
      "OPTIONS * HTTP/1.1\r\nHost: example.com\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n")
    script.server("HTTP/1.1 101 Switching Protocols\r\n\(agreed)Connection: Upgrade\r\n\r\n")
    script.client(Self.hello)
    script.finish()
    #expect(exchanges(script.events).map(toldHTTP) == ["OPTIONS * 0 → 101 0", "hello example.com"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `by an answer whose request is not recorded`() {
    var script = EventScript()
    script.server(Self.switching)
    script.server([UInt8](hex: "810548656c6c6f"))
    script.finish()
    #expect(exchanges(script.events).map(toldHTTP) == ["? → 101 0", "text by the server"])
  }

  @Test func `by an answer that comes within the request cuts the request`() {
    var script = EventScript()
    script.client("POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nContent-Length: 9\r\n\r\nabc")
    script.server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
    script.client(Self.get)
    script.server(Self.ok)
    script.finish()
    #expect(exchanges(script.events).map(toldHTTP) == ["POST / 3 cut → 101 0", "GET / 0 → 200 2"])
    #expect(splittingDifference(script.events) == nil)
  }
}
