import SessionEvents

/// One direction of a WebSocket: its frames, and the message that is under way.
final class WebSocketSide {
  let reader: WebSocketReader
  /// A message that goes on in further frames.
  var message: WebSocketPending?
  /// Whose frame is being read: `message`, or a control frame between its frames.
  var current: WebSocketPending?
  /// Whether a close frame came.
  var hasClosed = false

  private let environment: InspectionEnvironment
  private let messages: WebSocketMeter
  private let controls: WebSocketMeter
  private let inflation: WebSocketInflation?

  init(_ direction: Direction, _ environment: InspectionEnvironment, deflate: WebSocketHandshake.Deflate?) {
    self.environment = environment
    reader = WebSocketReader(direction)
    messages = WebSocketMeter(environment)
    controls = WebSocketMeter(environment)
    inflation = deflate.map {
      WebSocketInflation(environment, keepsContext: $0.keepsContext(direction))
    }
  }

  /// Begins a message or a control frame with its first frame.
  func begin(_ frame: WebSocketFrame, index: Int, session: SessionID) -> WebSocketPending {
    let pending = WebSocketPending(
      frame, index: index, in: reader.direction, meter: frame.isControl ? controls : messages,
      limits: environment.limits)
    if frame.isControl {
      controls.begin(isText: false)
    } else {
      let body = BodyID(session: session, index: index, sender: reader.direction.sender)
      messages.begin(
        isText: frame.opcode == 1, inflation: frame.reservedBits & 4 != 0 ? inflation : nil, body: body)
      message = pending
    }
    return pending
  }

  /// RSV1 stands in the first frame of a compressed message (RFC 7692 §6).
  func meaningfulBits(of frame: WebSocketFrame) -> UInt8 {
    inflation != nil && (frame.opcode == 1 || frame.opcode == 2) ? 4 : 0
  }

  /// Takes a part of the frame's payload, which stands in `bytes`, masked.
  func takePayload(_ bytes: [UInt8], _ range: Range<Int>, of frame: WebSocketFrame, at sighting: Sighting) {
    guard let current else { return }
    if frame.key == nil {
      current.update(bytes.span.extracting(range), at: sighting)
    } else {
      let unmasked = reader.unmasking(bytes, range, of: frame)
      current.update(unmasked.span, at: sighting)
    }
  }

  /// What was begun and not ended, in order of beginning.
  func takeUnfinished() -> [WebSocketPending] {
    defer {
      message = nil
      current = nil
    }
    return [message, current === message ? nil : current].compactMap(\.self)
  }
}
