import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `WebSocket` {
  /// RFC 6455 §5.7.
  static let examples: [(bytes: String, sender: Party, opcode: String, text: String)] = [
    ("810548656c6c6f", .server, "text", "Hello"),
    ("818537fa213d7f9f4d5158", .client, "text", "Hello"),
    ("010348656c80026c6f", .server, "text", "Hello"),
    ("890548656c6c6f", .server, "ping", "Hello"),
    ("8a8537fa213d7f9f4d5158", .client, "pong", "Hello"),
  ]

  @Test func `reads the examples of RFC 6455`() throws {
    for example in Self.examples {
      var script = WebSocketScript()
      let bytes = [UInt8](hex: example.bytes)
      if example.sender == .client { script.script.client(bytes) } else { script.script.server(bytes) }
      let found = script.exchanges
      #expect(found.count == 1)
      let message = try #require(found.first?.message)
      #expect(message.sender == example.sender)
      #expect(message.opcodeName == example.opcode)
      #expect(message.excerpt == Array(example.text.utf8))
      #expect(message.body.byteCount == 5)
      #expect(message.body.decodedByteCount == 5)
      #expect(
        message.body.sha256?.hexText == "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969")
      #expect(message.isComplete)
      #expect(found.first?.findings == [])
      #expect(script.splittingDifference == nil)
    }
  }

  @Test func `reads lengths of all three forms`() {
    for count in [0, 125, 126, 65_535, 65_536] {
      var script = WebSocketScript()
      script.client(0x82, [UInt8](repeating: 7, count: count))
      script.server(0x82, [UInt8](repeating: 7, count: count))
      let found = script.exchanges
      #expect(found.map { $0.message?.body.byteCount } == [UInt64(count), UInt64(count)])
      #expect(found[0].message?.body.sha256 == found[1].message?.body.sha256)
      #expect(found.allSatisfy { $0.findings.isEmpty && $0.message?.isComplete == true })
    }
  }

  @Test func `joins fragments, and tells control frames between them before`() {
    var script = WebSocketScript()
    script.client(0x01, "one ")
    script.client(0x89, "ping")
    script.client(0x00, "two ")
    script.server(0x8a, "ping")
    script.client(0x80, "three")
    let found = script.exchanges
    #expect(found.map { $0.message?.opcodeName } == ["ping", "pong", "text"])
    #expect(found.map(\.index) == [1, 2, 0])
    #expect(found.map(\.packet) == [3, 5, 2])
    #expect(found.map(\.end) == [3, 5, 6].map(EventScript.time(ofPacket:)))
    #expect(found.last?.message?.fragmentCount == 3)
    #expect(found.last?.message?.excerpt == Array("one two three".utf8))
    #expect(found.allSatisfy { $0.findings.isEmpty })
    #expect(script.splittingDifference == nil)
  }

  @Test func `tells the code and the reason of a close frame`() {
    var script = WebSocketScript()
    script.server(0x88, [0x03, 0xe9] + Array("going away".utf8))
    script.client(0x88, [])
    let found = script.exchanges.compactMap(\.message)
    #expect(found.map(\.closeCode) == [1_001, nil])
    #expect(found.map(\.excerpt) == [Array("going away".utf8), []])
    #expect(found.map(\.body.byteCount) == [12, 0])
  }

  // MARK: permessage-deflate

  @Test func `inflates the examples of RFC 7692`() {
    let examples = [
      ["c107f248cdc9c90700"],  // one block
      ["4103f248cd", "8004c9c90700"],  // two fragments
      ["c107f248cdc9c90700", "c105f200110000"],  // a reference to the message before
      ["c10b000500faff48656c6c6f00"],  // a block without compression
      ["c108f348cdc9c9070000"],  // a final block
      ["c10df24805000000ffffcac9c90700"],  // two blocks
      ["c108f348cdc9c9070000", "c105f200110000"],  // a reference beyond a final block
    ]
    for example in examples {
      var script = WebSocketScript()
      script.agree()
      for frame in example { script.script.server([UInt8](hex: frame)) }
      let found = script.exchanges
      #expect(!found.isEmpty)
      for exchange in found {
        #expect(exchange.findings == [])
        #expect(exchange.message?.excerpt == Array("Hello".utf8))
        #expect(exchange.message?.body.decodedByteCount == 5)
        #expect(
          exchange.message?.body.decodedSHA256?.hexText
            == "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969")
      }
      #expect(script.splittingDifference == nil)
    }
  }

  @Test func `begins anew with every message where no context is kept`() {
    var script = WebSocketScript()
    script.agree("; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=\"9\"")
    script.script.server([UInt8](hex: "c107f248cdc9c90700c107f248cdc9c90700c105f200110000"))
    script.client(0xc1, [UInt8](hex: "f248cdc9c90700"))
    script.client(0xc1, [UInt8](hex: "f200110000"))
    script.client(0x81, "Hello")
    let found = script.exchanges
    #expect(found.map(\.codes) == [[], [], ["content-malformed"], [], [], []])
    #expect(found.map { $0.message?.body.decodedByteCount } == [5, 5, nil, 5, 5, 5])
    #expect(script.splittingDifference == nil)
  }

  @Test func `breaks off the inflating of a bomb, and of what may depend on it`() {
    var script = WebSocketScript()
    script.agree()
    script.limits.content.freeByteCount = 1_000
    script.limits.content.ratio = 1
    script.limits.webSocket.excerptByteCount = 8
    // 70,000 zeros.
    let zeros = "ecc13101000000c2a0f54f6d094fa0" + String(repeating: "00", count: 67) + "80b701"
    script.server(0xc2, [UInt8](hex: zeros))
    script.server(0xc1, [UInt8](hex: "f248cdc9c90700"))
    script.server(0x81, "Hello")
    let found = script.exchanges
    #expect(found.map(\.codes) == [["content-bomb"], ["websocket.context-lost"], []])
    #expect(found.map { $0.message?.body.decodedByteCount } == [nil, nil, 5])
    #expect(script.splittingDifference == nil)
  }

  @Test func `tells a message that ends within a compressed block`() {
    var script = WebSocketScript()
    script.agree()
    script.server(0xc1, [UInt8](hex: "f248cdc9"))
    script.server(0xc1, [UInt8](hex: "f248cdc9c90700"))
    let found = script.exchanges
    #expect(found.map { $0.message?.body.decodedByteCount } == [nil, nil])
    #expect(found.last?.codes == ["websocket.context-lost"])
    #expect(script.splittingDifference == nil)
  }

  // MARK: Gaps and ends

  @Test func `goes on behind a gap within a frame`() {
    var script = WebSocketScript()
    let frame = WebSocketFrames.frame(0x82, Array("0123456789".utf8), masked: true)
    script.script.client(Array(frame[..<9]))
    script.script.gap(.clientToServer, 4)
    script.script.client(Array(frame[13...]))
    script.client(0x81, "next")
    let found = script.exchanges
    #expect(found.map(\.codes) == [["gap"], []])
    #expect(found.map { $0.message?.isComplete } == [false, true])
    #expect(found[0].message?.body == HTTPBody(byteCount: 10))
    #expect(found[0].message?.excerpt == Array("012".utf8))
    #expect(found[1].message?.excerpt == Array("next".utf8))
    #expect(script.splittingDifference == nil)
  }

  @Test func `cannot inflate behind a gap but where no context is kept`() {
    for (parameters, codes) in [
      ("", [["gap"], ["websocket.context-lost"]]), ("; server_no_context_takeover", [["gap"], []]),
    ] {
      var script = WebSocketScript()
      script.agree(parameters)
      script.script.server([0xc1, 7, 0xf2])
      script.script.gap(.serverToClient, 6)
      script.server(0xc1, [UInt8](hex: "f248cdc9c90700"))
      #expect(script.exchanges.map(\.codes) == codes)
      #expect(script.splittingDifference == nil)
    }
  }

  @Test func `gives a direction up where a gap goes beyond a frame`() {
    var script = WebSocketScript()
    script.client(0x01, "begun")
    script.script.client([0x80])
    script.script.gap(.clientToServer, 9)
    script.client(0x81, "lost")
    script.server(0x81, "heard")
    let found = script.exchanges
    #expect(found.map { $0.message?.excerpt } == [Array("begun".utf8), Array("heard".utf8), nil])
    #expect(found.map { $0.message?.isComplete } == [false, true, nil])
    #expect(found.map(\.codes) == [["gap", "websocket.given-up"], ["websocket.given-up"], []])
    #expect(found.last?.opaque == OpaqueCounts(clientByteCount: 11, serverByteCount: 0))
    #expect(script.splittingDifference == nil)
  }

  @Test func `tells what is unfinished when a side ends`() {
    var script = WebSocketScript()
    script.client(0x01, "begun")
    script.script.client([0x89, 0x85, 1, 2, 3, 4, 5])
    let found = script.exchanges
    #expect(found.map { $0.message?.opcodeName } == ["text", "ping"])
    #expect(found.map { $0.message?.isComplete } == [false, false])
    #expect(found.map { $0.message?.body.byteCount } == [5, 1])
    #expect(script.splittingDifference == nil)
  }

  @Test func `keeps the first bytes of a text, whole characters`() {
    var script = WebSocketScript()
    script.limits.webSocket.excerptByteCount = 5
    script.server(0x81, "abcdef")
    script.server(0x81, "abc\u{20ac}d")
    script.server(0x81, "ab\u{20ac}cd")
    script.server(0x81, "abcd\u{e9}")
    let found = script.exchanges.compactMap { $0.message?.excerpt }
    #expect(found == ["abcde", "abc", "ab\u{20ac}", "abcd"].map { Array($0.utf8) })
    #expect(script.splittingDifference == nil)
  }
}
