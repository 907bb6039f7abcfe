public import SessionEvents

/// What is known of one session so far; complete once it closed.
public struct SessionSummary: Hashable, Sendable {
  public var session: SessionID
  public var opening: SessionOpening
  public var opened: Timestamp
  public var host: HostName
  /// At most one: an array, for one word in every observation is room enough for what many sessions lack.
  private var security: [SecurityFacts] = []
  public var clientByteCount: UInt64
  public var serverByteCount: UInt64
  public var gapByteCount: UInt64
  /// Bytes that packets brought again, other than before.
  public var conflictByteCount: UInt64 = 0
  public var closed: Timestamp?
  public var closing: SessionClosing?
  public var firstPacket: UInt64?

  public init(
    session: SessionID, opening: SessionOpening, opened: Timestamp, host: HostName,
    hello: TLSHelloFacts? = nil, clientTLS: TLSFacts? = nil, serverTLS: TLSFacts? = nil,
    bypass: BypassReason? = nil, clientByteCount: UInt64 = 0, serverByteCount: UInt64 = 0,
    gapByteCount: UInt64 = 0, closed: Timestamp? = nil, closing: SessionClosing? = nil,
    firstPacket: UInt64? = nil
  ) {
    self.session = session
    self.opening = opening
    self.opened = opened
    self.host = host
    self.clientByteCount = clientByteCount
    self.serverByteCount = serverByteCount
    self.gapByteCount = gapByteCount
    self.closed = closed
    self.closing = closing
    self.firstPacket = firstPacket
    if hello != nil || clientTLS != nil || serverTLS != nil || bypass != nil {
      security = [SecurityFacts(hello: hello, clientTLS: clientTLS, serverTLS: serverTLS, bypass: bypass)]
    }
  }

  // MARK: TLS

  private struct SecurityFacts: Hashable, Sendable {
    var hello: TLSHelloFacts?
    var clientTLS: TLSFacts?
    var serverTLS: TLSFacts?
    var bypass: BypassReason?
  }

  public var hello: TLSHelloFacts? {
    get { security.first?.hello }
    set { secure { $0.hello = newValue } }
  }

  /// TLS towards the client, where the session was intercepted.
  public var clientTLS: TLSFacts? {
    get { security.first?.clientTLS }
    set { secure { $0.clientTLS = newValue } }
  }

  /// TLS towards the server.
  public var serverTLS: TLSFacts? {
    get { security.first?.serverTLS }
    set { secure { $0.serverTLS = newValue } }
  }

  public var bypass: BypassReason? {
    get { security.first?.bypass }
    set { secure { $0.bypass = newValue } }
  }

  private mutating func secure(_ change: (inout SecurityFacts) -> Void) {
    var facts = security.first ?? SecurityFacts()
    change(&facts)
    security = facts == SecurityFacts() ? [] : [facts]
  }
}

/// A session's server by name, and where the name was found.
public struct HostName: Hashable, Sendable {
  public var name: String
  public var source: Source

  public init(name: String, source: Source) {
    self.name = name
    self.source = source
  }

  public enum Source: String, Hashable, Sendable, CaseIterable {
    /// The ClientHello's server name.
    case sni
    /// A DNS answer recorded earlier that led to the address.
    case dns
    /// Neither: the name is the address.
    case address
  }
}
