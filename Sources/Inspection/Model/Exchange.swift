public import SessionEvents

/// A request and its response, a query and its answer, or whatever else a protocol counts as one thing said.
public struct Exchange: Hashable, Sendable {
  public var session: SessionID
  /// From 0, in order of beginning within the session.
  public var index: Int
  public var start: Timestamp
  /// When its last byte was seen.
  public var end: Timestamp
  /// The number, from 1, of the capture's packet in which it began; nil where there is no capture.
  public var packet: UInt64?
  public var content: Content
  public var findings: [Finding]

  public init(
    session: SessionID, index: Int, start: Timestamp, end: Timestamp, packet: UInt64?, content: Content,
    findings: [Finding] = []
  ) {
    self.session = session
    self.index = index
    self.start = start
    self.end = end
    self.packet = packet
    self.content = content
    self.findings = findings
  }

  // Indirect, since an exchange is handed on several times before it is told, and most contents are large.
  public indirect enum Content: Hashable, Sendable {
    case http1(HTTPExchange)
    /// One HTTP/2 stream, by its number; stream 0 is the connection itself, told only where something is wrong with it.
    case http2(HTTPExchange, stream: UInt32)
    case webSocket(WebSocketMessage)
    case serverSentEvent(ServerSentEvent)
    case dns(DNSExchange)
    case tlsHello(TLSHelloFacts)
    case tlsServerHello(TLSServerHelloFacts)
    case command(CommandExchange)
    /// A protocol that no parser here speaks: one exchange, made when the session closes.
    case opaque(OpaqueExchange)
  }
}

/// Something malformed, ambiguous or missing in an exchange.
public struct Finding: Hashable, Sendable {
  /// A stable name for scripts: `http1.chunk-size-invalid`.
  public var code: String
  /// Where: bytes from the start of the direction's stream, or of the datagram.
  public var offset: UInt64
  /// For people: what was there, and what was expected.
  public var detail: String
  /// Whose stream or datagram `offset` counts in; nil where it concerns neither alone.
  public var direction: Direction?

  public init(code: String, offset: UInt64, detail: String, direction: Direction? = nil) {
    self.code = code
    self.offset = offset
    self.detail = detail
    self.direction = direction
  }
}
