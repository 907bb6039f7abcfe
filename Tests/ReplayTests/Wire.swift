import Packets
import Replay
import SessionEvents

/// A segment of a script; sequence numbers count from the initial one of each side, which is added when it is sent.
struct Wire {
  var party: Party
  var flags: TCPFlags
  /// Relative to the sender's initial sequence number: 0 is the SYN, 1 the first byte.
  var sequence: UInt32
  /// Relative to the receiver's; nil without ACK.
  var acknowledgment: UInt32?
  var payload: String
  var missing: Int

  static func client(
    _ flags: TCPFlags, _ sequence: UInt32, ack: UInt32? = nil, _ payload: String = "", missing: Int = 0
  ) -> Wire {
    Wire(
      party: .client, flags: flags, sequence: sequence, acknowledgment: ack, payload: payload,
      missing: missing)
  }

  static func client(
    _ sequence: UInt32, ack: UInt32? = nil, _ payload: String = "", missing: Int = 0
  ) -> Wire {
    client([], sequence, ack: ack, payload, missing: missing)
  }

  static func server(
    _ flags: TCPFlags, _ sequence: UInt32, ack: UInt32? = nil, _ payload: String = "", missing: Int = 0
  ) -> Wire {
    Wire(
      party: .server, flags: flags, sequence: sequence, acknowledgment: ack, payload: payload,
      missing: missing)
  }

  static func server(
    _ sequence: UInt32, ack: UInt32? = nil, _ payload: String = "", missing: Int = 0
  ) -> Wire {
    server([], sequence, ack: ack, payload, missing: missing)
  }

  /// Opens a connection.
  static let handshake = [client(.syn, 0), server(.syn, 0, ack: 1), client(1, ack: 1)]
}

/// Plays scripts to a `SessionAssembler`, and writes down the events in short.
struct Bench {
  static let client = Endpoint(address: .v4(0x0a00_0001), port: 50_000)
  static let server = Endpoint(address: .v4(0x0a00_0002), port: 80)

  var clientInitial: UInt32 = 1_000
  var serverInitial: UInt32 = 2_000
  var client = Bench.client
  var server = Bench.server
  let assembler: SessionAssembler
  private(set) var packet: UInt64 = 0
  private(set) var log: [String] = []

  init(limits: ReassemblyLimits = ReassemblyLimits()) {
    assembler = SessionAssembler(limits: limits)
  }

  /// What the events of a whole script come to.
  static func events(
    _ script: [Wire], clientInitial: UInt32 = 1_000, serverInitial: UInt32 = 2_000,
    limits: ReassemblyLimits = ReassemblyLimits()
  ) -> [String] {
    var bench = Bench(limits: limits)
    bench.clientInitial = clientInitial
    bench.serverInitial = serverInitial
    bench.play(script)
    bench.finish()
    return bench.log
  }

  mutating func play(_ script: [Wire]) {
    for wire in script { send(wire) }
  }

  mutating func send(_ wire: Wire) {
    packet += 1
    let fromClient = wire.party == .client
    var flags = wire.flags
    if wire.acknowledgment != nil { flags.insert(.ack) }
    let segment = SegmentHeader(
      source: fromClient ? client : server, destination: fromClient ? server : client,
      sequence: wire.sequence &+ (fromClient ? clientInitial : serverInitial),
      acknowledgment: (wire.acknowledgment ?? 0) &+ (fromClient ? serverInitial : clientInitial),
      flags: flags,
      missingByteCount: wire.missing)
    let stamp = PacketStamp(number: packet, time: Timestamp(nanoseconds: Int64(packet)))
    assembler.receive(segment, payload: Array(wire.payload.utf8).span, at: stamp) { note($0, $1) }
  }

  mutating func sendDatagram(
    from source: Endpoint, to destination: Endpoint, _ payload: String, seconds: Int64
  ) {
    packet += 1
    let stamp = PacketStamp(number: packet, time: Timestamp(nanoseconds: seconds * 1_000_000_000))
    assembler.receiveDatagram(
      from: source, to: destination, payload: Array(payload.utf8).span, at: stamp
    ) { note($0, $1) }
  }

  mutating func finish() {
    assembler.finish { note($0, $1) }
  }

  private mutating func note(_ event: SessionEvent, _ packet: UInt64?) {
    let number = event.session == SessionID(1) ? "" : "#\(event.session) "
    log.append("\(number)\(Self.short(event.kind)) @\(packet.map(String.init) ?? "-")")
  }

  static func short(_ kind: SessionEvent.Kind) -> String {
    switch kind {
    case .opened(let opening): "\(opening.transport) \(opening.client) > \(opening.originalDestination)"
    case .bytes(let direction, let bytes): "\(direction.sender): \(String(decoding: bytes, as: UTF8.self))"
    case .datagram(let direction, let bytes):
      "\(direction.sender) datagram: \(String(decoding: bytes, as: UTF8.self))"
    case .gap(let direction, let count): "\(direction.sender) gap \(count)"
    case .conflict(let direction, let offset, let count): "\(direction.sender) conflict \(count) at \(offset)"
    case .halfClosed(let direction): "\(direction.sender) fin"
    case .closed(let closing): "closed \(closing.end)"
    case .clientHello, .secured, .bypassed: "\(kind)"
    }
  }
}
