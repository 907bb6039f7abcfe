public import SessionEvents

/// A session event and the packet that carried it, as an inspector receives them.
public struct PacketEvent: Hashable, Sendable {
  public var event: SessionEvent
  public var packet: UInt64?

  public init(_ event: SessionEvent, packet: UInt64?) {
    self.event = event
    self.packet = packet
  }
}

/// Writes the events of one session as a story: who said what, in which order.
///
/// Every event is one millisecond and one packet later than the one before, so that times and packet numbers in
/// results tell which event they came from.
public struct EventScript: Sendable {
  public let session: SessionID
  public private(set) var events: [PacketEvent] = []
  private var nextPacket: UInt64

  /// Begins with `opened`; `at` is the first packet's number, and its time in milliseconds.
  public init(
    session: UInt64 = 1, transport: TransportProtocol = .tcp, client: String = "192.0.2.1:40000",
    server: String = "198.51.100.7:80", at firstPacket: UInt64 = 1
  ) {
    self.session = SessionID(session)
    nextPacket = firstPacket
    guard let client = Endpoint(client), let server = Endpoint(server) else {
      preconditionFailure("an endpoint of the script is no ADDR:PORT")
    }
    append(
      .opened(
        SessionOpening(
          transport: transport, client: client, originalDestination: server, interception: .capture)))
  }

  public mutating func append(_ kind: SessionEvent.Kind) {
    let event = SessionEvent(
      session: session, index: UInt64(events.count), time: EventScript.time(ofPacket: nextPacket), kind: kind)
    events.append(PacketEvent(event, packet: nextPacket))
    nextPacket += 1
  }

  /// The time that a script gives to a packet.
  public static func time(ofPacket packet: UInt64) -> Timestamp {
    Timestamp(nanoseconds: Int64(packet) * 1_000_000)
  }

  public mutating func client(_ bytes: [UInt8]) { append(.bytes(.clientToServer, bytes)) }
  public mutating func server(_ bytes: [UInt8]) { append(.bytes(.serverToClient, bytes)) }
  public mutating func client(_ text: String) { client(Array(text.utf8)) }
  public mutating func server(_ text: String) { server(Array(text.utf8)) }
  public mutating func clientDatagram(_ bytes: [UInt8]) { append(.datagram(.clientToServer, bytes)) }
  public mutating func serverDatagram(_ bytes: [UInt8]) { append(.datagram(.serverToClient, bytes)) }

  public mutating func gap(_ direction: Direction, _ byteCount: UInt64) {
    append(.gap(direction, byteCount: byteCount))
  }

  public mutating func halfClose(_ direction: Direction) { append(.halfClosed(direction)) }

  public mutating func close(_ end: SessionEnd = .fin) { append(.closed(SessionClosing(end))) }

  /// Both directions end in order, then the session.
  public mutating func finish() {
    halfClose(.clientToServer)
    halfClose(.serverToClient)
    close()
  }
}
