import SessionEvents
import TestSupport

/// Frames of HTTP/2 for tests.
enum HTTP2Frames {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
    [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xff), UInt8(payload.count & 0xff), type, flags]
      + number(stream) + payload
  }

  static func number(_ value: UInt32) -> [UInt8] {
    (0..<4).reversed().map { UInt8(value >> ($0 * 8) & 0xff) }
  }

  /// Literals without indexing, nothing in the Huffman code.
  static func block(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { name, value in [0] + string(name) + string(value) }
  }

  private static func string(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    if bytes.count < 127 { return [UInt8(bytes.count)] + bytes }
    let rest = bytes.count - 127
    return [127, UInt8(rest & 0x7f) | 0x80, UInt8(rest >> 7 & 0x7f) | 0x80, UInt8(rest >> 14)] + bytes
  }

  static func headers(_ stream: UInt32, _ fields: [(String, String)], end: Bool = false) -> [UInt8] {
    frame(1, end ? 5 : 4, stream, block(fields))
  }

  static func data(_ stream: UInt32, _ text: String, end: Bool = false) -> [UInt8] {
    frame(0, end ? 1 : 0, stream, Array(text.utf8))
  }

  static func settings(_ parameters: [(UInt16, UInt32)] = []) -> [UInt8] {
    frame(4, 0, 0, parameters.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xff)] + number($0.1) })
  }

  static let settingsAcknowledgement = frame(4, 1, 0)

  static func reset(_ stream: UInt32, _ error: UInt32) -> [UInt8] { frame(3, 0, stream, number(error)) }

  static func goAway(_ last: UInt32, _ error: UInt32) -> [UInt8] {
    frame(7, 0, 0, number(last) + number(error))
  }

  static func get(_ stream: UInt32, _ path: String = "/", end: Bool = true) -> [UInt8] {
    headers(stream, request("GET", path), end: end)
  }

  static func request(_ method: String, _ path: String) -> [(String, String)] {
    [(":method", method), (":scheme", "https"), (":authority", "a.test"), (":path", path)]
  }

  static func ok(_ stream: UInt32, end: Bool = false) -> [UInt8] {
    headers(stream, [(":status", "200")], end: end)
  }
}

/// Writes a session of HTTP/2.
struct HTTP2Script {
  var script: EventScript

  /// Begins with both sides' prefaces, the settings acknowledged.
  init(
    client: [(UInt16, UInt32)] = [], server: [(UInt16, UInt32)] = [], begins: Bool = true
  ) {
    script = EventScript()
    guard begins else { return }
    script.client(HTTP2Frames.preface + HTTP2Frames.settings(client))
    script.server(HTTP2Frames.settings(server) + HTTP2Frames.settingsAcknowledgement)
    script.client(HTTP2Frames.settingsAcknowledgement)
  }

  mutating func client(_ frames: [UInt8]...) { script.client(frames.flatMap(\.self)) }
  mutating func server(_ frames: [UInt8]...) { script.server(frames.flatMap(\.self)) }

  /// The events, ended in order.
  var events: [PacketEvent] {
    var script = script
    script.finish()
    return script.events
  }
}
