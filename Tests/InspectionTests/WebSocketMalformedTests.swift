import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `Malformed WebSocket` {
  typealias Frames = WebSocketFrames

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var client: [UInt8] = []
    var server: [UInt8] = []
    /// Of all exchanges.
    var codes: [[String]]
    /// Opcodes of the exchanges; nil for bytes that are not read.
    var opcodes: [UInt8?] = [1]
  }

  static let frames = [
    Case(
      testDescription: "RSV1 without an extension", server: Frames.frame(0xc1, "a"),
      codes: [["websocket.reserved-bits"]]),
    Case(
      testDescription: "RSV2 and RSV3", server: Frames.frame(0xb1, "a"), codes: [["websocket.reserved-bits"]]),
    Case(
      testDescription: "a reserved data opcode", server: Frames.frame(0x83, "a"),
      codes: [["websocket.opcode-reserved"]], opcodes: [3]),
    Case(
      testDescription: "a reserved control opcode", server: Frames.frame(0x8b, "a"),
      codes: [["websocket.opcode-reserved"]], opcodes: [11]),
    Case(
      testDescription: "the client without a mask", client: Frames.frame(0x81, "a"),
      codes: [["websocket.mask-missing"]]),
    Case(
      testDescription: "the server with a mask", server: Frames.frame(0x81, "a", masked: true),
      codes: [["websocket.mask-unexpected"]]),
    Case(
      testDescription: "a length in 16 bits that fits in 7", server: [0x81, 126, 0, 1, 0x61],
      codes: [["websocket.length-not-minimal"]]),
    Case(
      testDescription: "a length in 64 bits that fits in 16",
      server: [0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 0x61],
      codes: [["websocket.length-not-minimal"]]),
    Case(
      testDescription: "a length of 2^63",
      server: Frames.frame(0x81, "a") + [0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2],
      codes: [[], ["websocket.length-invalid"]], opcodes: [1, nil]),
    Case(
      testDescription: "the largest length",
      server: [0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
      codes: [[]], opcodes: [2]),
    Case(
      testDescription: "a control frame of 126 bytes",
      server: Frames.frame(0x89, [UInt8](repeating: 0x61, count: 126)),
      codes: [["websocket.control-too-long"]], opcodes: [9]),
    Case(
      testDescription: "a fragmented control frame",
      server: Frames.frame(0x09, "a") + Frames.frame(0x81, "b"),
      codes: [["websocket.control-fragmented"], []], opcodes: [9, 1]),
    Case(
      testDescription: "a continuation of nothing", server: Frames.frame(0x00, "a") + Frames.frame(0x80, "b"),
      codes: [["websocket.continuation-unexpected"]], opcodes: [0]),
    Case(
      testDescription: "a message within a message",
      server: Frames.frame(0x01, "a") + Frames.frame(0x82, "b") + Frames.frame(0x80, "c"),
      codes: [["websocket.message-interleaved"], [], ["websocket.continuation-unexpected"]],
      opcodes: [1, 2, 0]),
    Case(
      testDescription: "a frame behind the close frame",
      server: Frames.frame(0x88, [0x03, 0xe8]) + Frames.frame(0x81, "a"),
      codes: [[], ["websocket.behind-close"]], opcodes: [8, 1]),
    Case(
      testDescription: "a close frame of one byte", server: Frames.frame(0x88, [3]),
      codes: [["websocket.close-code-invalid"]], opcodes: [8]),
    Case(
      testDescription: "a reason that is no UTF-8", server: Frames.frame(0x88, [0x03, 0xe8, 0xff]),
      codes: [["websocket.text-invalid"]], opcodes: [8]),
    Case(
      testDescription: "a character that is cut at the end", server: Frames.frame(0x81, [0x61, 0xe2, 0x82]),
      codes: [["websocket.text-invalid"]]),
    Case(
      testDescription: "a character in two frames",
      server: Frames.frame(0x01, [0xe2]) + Frames.frame(0x80, [0x82, 0xac]), codes: [[]]),
    Case(
      testDescription: "binary that is no UTF-8", server: Frames.frame(0x82, [0xff]), codes: [[]],
      opcodes: [2]),
  ]

  @Test(arguments: frames) func `is told, and reading goes on`(_ example: Case) {
    var script = WebSocketScript()
    if !example.client.isEmpty { script.script.client(example.client) }
    if !example.server.isEmpty { script.script.server(example.server) }
    let found = script.exchanges
    #expect(found.map(\.codes) == example.codes)
    #expect(found.map { $0.message?.opcode } == example.opcodes)
    #expect(script.splittingDifference == nil)
  }

  @Test func `has texts that are no UTF-8`() {
    // RFC 3629 §3, §4: overlong forms, surrogates, beyond U+10FFFF, stray and missing continuations.
    let bad: [[UInt8]] = [
      [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x9f, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xe2, 0x41, 0x42], [0xc3, 0xc3, 0x80],
    ]
    let filler = [UInt8](repeating: 0x61, count: 70)
    for bytes in bad {
      var script = WebSocketScript()
      script.server(0x81, filler + bytes + filler)
      #expect(script.exchanges.map(\.codes) == [["websocket.text-invalid"]], "\(bytes)")
    }
    for text in ["\u{7f}\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{fffff}\u{10ffff}", ""] {
      var script = WebSocketScript()
      script.server(0x81, filler + Array(text.utf8))
      #expect(script.exchanges.map(\.codes) == [[]], "\(text)")
    }
  }

  @Test func `has close codes that must not be sent`() {
    let bad: [UInt16] = [0, 999, 1_004, 1_005, 1_006, 1_015, 1_016, 2_999, 5_000, 65_535]
    let good: [UInt16] = [1_000, 1_003, 1_007, 1_011, 1_014, 3_000, 4_999]
    for code in bad + good {
      var script = WebSocketScript()
      script.server(0x88, [UInt8(code >> 8), UInt8(code & 0xff)])
      let found = script.exchanges
      #expect(found.map { $0.message?.closeCode } == [code])
      #expect(found.map(\.codes) == [bad.contains(code) ? ["websocket.close-code-invalid"] : []])
    }
  }

  struct Handshake: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var request: [String] = []
    var response: [String] = []
    var codes: [String]
  }

  static let key = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
  static let accept = ["sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]
  static let offer = key + ["Sec-WebSocket-Extensions: permessage-deflate, x-other"]

  static let handshakes = [
    Handshake(testDescription: "the example of RFC 6455", request: key, response: accept, codes: []),
    Handshake(testDescription: "no key", response: accept, codes: ["websocket.handshake-invalid"]),
    Handshake(testDescription: "no answer to the key", request: key, codes: ["websocket.handshake-invalid"]),
    Handshake(
      testDescription: "another answer", request: key, response: ["Sec-WebSocket-Accept: x"],
      codes: ["websocket.handshake-invalid"]),
    Handshake(testDescription: "HTTP/2, without a key", request: [":protocol: websocket"], codes: []),
    Handshake(
      testDescription: "another version", request: key + ["Sec-WebSocket-Version: 8"], response: accept,
      codes: ["websocket.handshake-invalid"]),
    Handshake(
      testDescription: "a subprotocol of those offered", request: key + ["Sec-WebSocket-Protocol: a, b"],
      response: accept + ["Sec-WebSocket-Protocol: b"], codes: []),
    Handshake(
      testDescription: "another subprotocol", request: key + ["Sec-WebSocket-Protocol: a, b"],
      response: accept + ["Sec-WebSocket-Protocol: c"], codes: ["websocket.handshake-invalid"]),
    Handshake(
      testDescription: "an extension that was not offered", request: key,
      response: accept + ["Sec-WebSocket-Extensions: permessage-deflate"],
      codes: ["websocket.extension-invalid"]),
    Handshake(
      testDescription: "an unknown extension", request: offer,
      response: accept + ["Sec-WebSocket-Extensions: x-other; a=\"b\""],
      codes: ["websocket.extension-unknown"]
    ),
    Handshake(
      testDescription: "permessage-deflate twice", request: offer,
      response: accept + ["Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate"],
      codes: ["websocket.extension-invalid"]),
    Handshake(
      testDescription: "windows of all sizes", request: offer,
      response: accept + [
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=8; server_max_window_bits=15"
      ], codes: []),
    Handshake(
      testDescription: "a window that is too large", request: offer,
      response: accept + ["Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16"],
      codes: ["websocket.extension-invalid"]),
    Handshake(
      testDescription: "a window without a size, a parameter twice, one with a value, and an unknown one",
      request: offer,
      response: accept + [
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_no_context_takeover; "
          + "server_no_context_takeover; client_no_context_takeover=1; x"
      ], codes: Array(repeating: "websocket.extension-invalid", count: 4)),
  ]

  @Test(arguments: handshakes) func `has a handshake that is wrong, told with the first message`(
    _ example: Handshake
  ) {
    var script = WebSocketScript()
    script.request = example.request
    script.response = example.response
    #expect(script.exchanges.flatMap(\.codes) == example.codes)
    script.server(0x81, "a")
    script.server(0x81, "b")
    #expect(script.exchanges.map(\.codes) == [example.codes, []])
  }

  @Test func `does not judge reserved bits that an unknown extension may use`() {
    var script = WebSocketScript()
    script.request += ["Sec-WebSocket-Extensions: x-other"]
    script.response += ["Sec-WebSocket-Extensions: x-other"]
    script.server(0xf2, "a")
    #expect(script.exchanges.map(\.codes) == [["websocket.extension-unknown"]])
  }
}
