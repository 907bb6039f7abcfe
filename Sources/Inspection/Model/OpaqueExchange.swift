public import SessionEvents

/// What each side said in a protocol that is not parsed: how much, how it looks, and a guess.
public struct OpaqueExchange: Hashable, Sendable {
  public var client: Look
  public var server: Look
  /// What it may be, by its first bytes or its port; nothing more than a guess.
  public var guess: Guess?

  public init(client: Look, server: Look, guess: Guess? = nil) {
    self.client = client
    self.server = server
    self.guess = guess
  }

  public subscript(direction: Direction) -> Look {
    switch direction {
    case .clientToServer: client
    case .serverToClient: server
    }
  }

  /// One direction's bytes.
  public struct Look: Hashable, Sendable {
    public var byteCount: UInt64
    /// Thousandths of a bit per byte (Shannon, over single bytes) of the first bytes; nil where there are none.
    public var entropy: Int?
    public var start: [UInt8]

    public init(byteCount: UInt64, entropy: Int? = nil, start: [UInt8] = []) {
      self.byteCount = byteCount
      self.entropy = entropy
      self.start = start
    }
  }

  public struct Guess: Hashable, Sendable {
    /// Such as `ssh`, `quic`, `encrypted` or `text`.
    public var name: String
    /// What speaks for it: `begins with "SSH-"`.
    public var reason: String

    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }
}
