/// What one piece of ciphertext brought about.
public struct TLSProgress: Hashable, Sendable {
  /// The decrypted bytes, all that can be had so far; empty where none.
  public var plaintext: [UInt8] = []
  /// The handshake was completed by this input.
  public var handshakeCompleted = false
  /// The peer's close_notify came with this input: it will send no more (RFC 8446 §6.1).
  public var closeNotifyReceived = false
  /// The connection failed here, after `plaintext`; an alert for the peer has gone to the output already.
  public var failure: TLSFailure?

  public init() {}
}

/// How the peer's stream stands when its transport ends.
public enum TransportEnd: Hashable, Sendable {
  /// After a close_notify: nothing was cut off.
  case inOrder
  /// Without a close_notify: the peer's last bytes may be missing (a truncation, or a careless peer).
  case withoutCloseNotify
  /// Before the handshake was complete.
  case duringHandshake
}
