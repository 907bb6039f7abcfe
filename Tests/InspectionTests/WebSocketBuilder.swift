import ContentCoding
import SessionEvents
import TestSupport

@testable import Inspection

/// Frames of WebSocket for tests.
enum WebSocketFrames {
  static let key: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]

  /// A frame; `first` is its first byte, and only the client's frames are masked.
  static func frame(_ first: UInt8, _ payload: [UInt8], masked: Bool = false) -> [UInt8] {
    let mask: UInt8 = masked ? 0x80 : 0
    let length: [UInt8] =
      switch payload.count {
      case ..<126: [UInt8(payload.count) | mask]
      case ...0xffff: [126 | mask, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
      default: [127 | mask] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 0xff) }
      }
    guard masked else { return [first] + length + payload }
    return [first] + length + key + payload.enumerated().map { $0.element ^ key[$0.offset % 4] }
  }

  static func frame(_ first: UInt8, _ text: String, masked: Bool = false) -> [UInt8] {
    frame(first, Array(text.utf8), masked: masked)
  }
}

/// Writes a WebSocket from its first frame on, and follows it with the conversation alone.
struct WebSocketScript {
  var script = EventScript()
  var request = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
  var response = ["Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]
  var limits = InspectionLimits()

  /// Agrees on permessage-deflate with these parameters.
  mutating func agree(_ parameters: String = "") {
    request.append("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
    response.append("Sec-WebSocket-Extensions: permessage-deflate\(parameters)")
  }

  mutating func client(_ first: UInt8, _ text: String) {
    script.client(WebSocketFrames.frame(first, text, masked: true))
  }

  mutating func client(_ first: UInt8, _ payload: [UInt8]) {
    script.client(WebSocketFrames.frame(first, payload, masked: true))
  }

  mutating func server(_ first: UInt8, _ text: String) {
    script.server(WebSocketFrames.frame(first, text))
  }

  mutating func server(_ first: UInt8, _ payload: [UInt8]) {
    script.server(WebSocketFrames.frame(first, payload))
  }

  /// What is told of it once it has ended.
  var exchanges: [Exchange] {
    var script = script
    script.finish()
    return follow(script.events)
  }

  /// What splitting changes; nil where the first law holds.
  var splittingDifference: String? {
    var script = script
    script.finish()
    return EverySplit.firstDifference(of: script.events, output: follow).map {
      "\($0.cut): expected \($0.expected), found \($0.found)"
    }
  }

  private func follow(_ events: [PacketEvent]) -> [Exchange] {
    let environment = InspectionEnvironment(services: ContentServices.system, limits: limits, bodies: nil)
    let server = Endpoint(address: .v4(0xc633_6407), port: 80)
    let context = SessionContext(environment: environment, session: SessionID(1), server: server)
    let start = Sighting(time: EventScript.time(ofPacket: 1), packet: 1)
    let conversation = WebSocketConversation(
      context, request: request.map(field), response: response.map(field), start: start)
    var found: [Exchange] = []
    func report(_ report: ConversationReport) {
      guard case .exchange(let draft) = report else { return }
      found.append(
        Exchange(
          session: context.session, index: draft.index, start: draft.start.time, end: draft.end.time,
          packet: draft.start.packet, content: draft.content, findings: draft.findings))
    }
    for event in events {
      let sighting = Sighting(time: event.event.time, packet: event.packet)
      switch event.event.kind {
      case .bytes(let direction, let bytes):
        conversation.receive(bytes, from: 0, in: direction, at: sighting, report: report)
      case .gap(let direction, let byteCount):
        conversation.skip(byteCount, in: direction, at: sighting, report: report)
      case .halfClosed(let direction): conversation.halfClose(direction, report: report)
      case .closed(let closing): conversation.close(closing.end, report: report)
      default: break
      }
    }
    return found
  }

  private func field(_ line: String) -> HTTPField {
    let colon = line.dropFirst().firstIndex(of: ":") ?? line.endIndex
    return HTTPField(name: Array(line[..<colon].utf8), value: Array(line[colon...].utf8.dropFirst(2)))
  }
}

extension Exchange {
  var message: WebSocketMessage? {
    if case .webSocket(let message) = content { message } else { nil }
  }
}
