import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `Tunnels in HTTP/2` {
  typealias Frames = HTTP2Frames

  static let connect = [(":method", "CONNECT"), (":authority", "b.test:80")]
  static let webSocket = [
    (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", "a.test"),
    (":path", "/chat"), ("sec-websocket-version", "13"),
    ("sec-websocket-extensions", "permessage-deflate"),
  ]

  @Test func `are read as whatever passes in them`() {
    var script = HTTP2Script()
    script.client(Frames.headers(1, Self.connect), Frames.get(3))
    script.server(Frames.ok(1), Frames.ok(3, end: true))
    script.client(Frames.data(1, "GET /in HTTP/1.1\r\n"), Frames.data(1, "Host: b.test\r\n\r\n"))
    script.server(Frames.data(1, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    script.client(Frames.data(1, "", end: true))
    script.server(Frames.data(1, "", end: true))
    let found = exchanges(script.events)
    #expect(found.map(\.stream) == [3, nil, 1])
    #expect(found.map(\.index) == [1, 2, 0])
    #expect(found[1].http?.request?.target == Array("/in".utf8))
    #expect(found[1].http?.response?.status == 200)
    #expect(found[1].http?.response?.isComplete == true)
    #expect(found[2].http?.request?.body.byteCount == 34)
    #expect(found.allSatisfy { $0.findings.isEmpty })
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `hold WebSockets, which extended CONNECT asks for`() {
    var script = HTTP2Script(server: [(8, 1)])
    script.client(Frames.headers(1, Self.webSocket))
    script.server(
      Frames.headers(1, [(":status", "200"), ("sec-websocket-extensions", "permessage-deflate")]))
    let text = WebSocketFrames.frame(0x81, "Hello", masked: true)
    script.client(
      Frames.frame(0, 0, 1, Array(text[..<3])), Frames.frame(0, 0, 1, Array(text[3...])),
      Frames.frame(0, 0, 1, WebSocketFrames.frame(0x89, "", masked: true)))
    script.server(Frames.frame(0, 1, 1, [UInt8](hex: "c107f248cdc9c90700") + WebSocketFrames.frame(0x88, "")))
    let found = exchanges(script.events)
    #expect(found.map { $0.message?.opcodeName } == ["text", "ping", "text", "close", nil])
    #expect(found.compactMap { $0.message?.excerpt } == ["Hello", "", "Hello", ""].map { Array($0.utf8) })
    #expect(found.last?.http?.request?.target == Array("/chat".utf8))
    #expect(found.allSatisfy { $0.findings.isEmpty })
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `are bytes where their protocol is another, or the client did not wait`() {
    for (name, waits) in [("other", true), ("websocket", false)] {
      var script = HTTP2Script()
      let request = Self.webSocket.map { $0.0 == ":protocol" ? ($0.0, name) : $0 }
      script.client(Frames.headers(1, request))
      if waits { script.server(Frames.ok(1)) }
      script.client(Frames.data(1, "GET / HTTP/1.1\r\n\r\n"))
      if !waits { script.server(Frames.ok(1)) }
      script.server(Frames.data(1, "", end: true))
      script.client(Frames.data(1, "", end: true))
      let found = exchanges(script.events)
      #expect(found.map(\.stream) == (waits ? [nil, 1] : [1]))
      #expect(found.last?.http?.request?.body.byteCount == 18)
      #expect(splittingDifference(script.events) == nil)
    }
  }

  @Test func `go on behind gaps in DATA, and end where frames are lost`() {
    var script = HTTP2Script()
    script.client(Frames.headers(1, Self.webSocket))
    script.server(Frames.ok(1))
    let message = Frames.frame(0, 0, 1, WebSocketFrames.frame(0x82, "0123456789"))
    script.server(Array(message[..<15]))
    script.script.gap(.serverToClient, 3)
    script.server(Array(message[18...]), Frames.frame(0, 0, 1, WebSocketFrames.frame(0x81, "whole")))
    script.script.gap(.serverToClient, 3)
    script.server(Frames.frame(0, 0, 1, WebSocketFrames.frame(0x81, "lost")))
    script.server(Frames.frame(0, 1, 1, WebSocketFrames.frame(0x81, "lost")))
    let found = exchanges(script.events)
    #expect(found.map { $0.message?.opcodeName } == ["binary", "text", nil, nil])
    #expect(found.map { $0.message?.isComplete } == [false, true, nil, nil])
    #expect(found.map(\.codes) == [["gap"], [], ["gap", "gap"], ["gap"]])
    #expect(found[2].http?.response?.body.byteCount == 31)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `end with their stream's reset`() {
    var script = HTTP2Script()
    script.client(Frames.headers(1, Self.webSocket))
    script.server(Frames.ok(1), Frames.frame(0, 0, 1, [0x81, 5, 0x61]), Frames.reset(1, 8))
    let found = exchanges(script.events)
    #expect(found.map { $0.message?.isComplete } == [false, nil])
    #expect(found.map(\.codes) == [[], ["h2.reset"]])
    #expect(splittingDifference(script.events) == nil)
  }
}
