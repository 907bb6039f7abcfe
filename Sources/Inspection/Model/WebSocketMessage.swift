public import SessionEvents

/// One WebSocket message, or one control frame (RFC 6455 §5.4, §5.5).
public struct WebSocketMessage: Hashable, Sendable {
  public var sender: Party
  /// Of its first frame, as on the wire: 1 text, 2 binary, 8 close, 9 ping, 10 pong.
  public var opcode: UInt8
  /// The payload as sent, unmasked; digest and size with permessage-deflate (RFC 7692) removed beside it.
  public var body: HTTPBody
  /// Frames that it came in.
  public var fragmentCount: Int
  /// The code of a close frame; nil where it has none.
  public var closeCode: UInt16?
  /// The decoded payload's first bytes, text cut between characters; the reason of a close frame.
  public var excerpt: [UInt8]
  /// Whether the whole message was seen, to its end and without a gap.
  public var isComplete: Bool

  public init(
    sender: Party, opcode: UInt8, body: HTTPBody = HTTPBody(), fragmentCount: Int = 1,
    closeCode: UInt16? = nil, excerpt: [UInt8] = [], isComplete: Bool = true
  ) {
    self.sender = sender
    self.opcode = opcode
    self.body = body
    self.fragmentCount = fragmentCount
    self.closeCode = closeCode
    self.excerpt = excerpt
    self.isComplete = isComplete
  }

  /// What RFC 6455 §11.8 calls its opcode; reserved ones like `0x3`.
  public var opcodeName: String { webSocketOpcodeName(opcode) }
}
