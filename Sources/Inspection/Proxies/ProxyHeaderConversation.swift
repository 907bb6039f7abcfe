import SessionEvents

/// A session that begins with the header of the PROXY protocol, by which a proxy says who its client is (HAProxy, "The
/// PROXY protocol", versions 1 and 2): one exchange without a reply, and then whatever the bytes say.
final class ProxyHeaderConversation: Conversation {
  /// The longest header of version 1, and what stands before the length in version 2.
  private static let longestLine = 107
  private static let prefixByteCount = 16

  private let scene: CommandScene
  private var header: [UInt8] = []
  private var start: Sighting?
  private var hasFailed = false

  init(_ context: SessionContext) {
    scene = CommandScene(context, dialect: .proxy)
  }

  var standing: Standing { scene.standing }

  func receive(
    _ bytes: [UInt8], from start: Int, in direction: Direction, at sighting: Sighting,
    report: (ConversationReport) -> Void
  ) {
    var position = start
    let side = scene.side(direction)
    while position < bytes.count {
      if let successor = scene.successor {
        return successor.receive(bytes, from: position, in: direction, at: sighting, report: report)
      }
      if hasFailed {
        scene.ledger.stray(bytes, position..<bytes.count, in: direction, at: sighting)
        return side.count(bytes.count - position)
      }
      if direction == .serverToClient {
        // What a server says before it knows its client belongs to what follows.
        let end = position + min(bytes.count - position, scene.limits.heldByteCount - side.held.byteCount)
        side.held.append(bytes[position..<end], at: sighting)
        position = end
        if side.held.byteCount == scene.limits.heldByteCount { fail(report) }
      } else {
        take(bytes[position], at: sighting)
        position += 1
        if scene.successor != nil { release(report) }
      }
    }
  }

  func skip(
    _ byteCount: UInt64, in direction: Direction, at sighting: Sighting, report: (ConversationReport) -> Void
  ) {
    if scene.successor == nil { fail(report) }
    scene.successor?.skip(byteCount, in: direction, at: sighting, report: report)
  }

  func halfClose(_ direction: Direction, report: (ConversationReport) -> Void) {
    if direction == .clientToServer, scene.successor == nil { fail(report) }
    scene.successor?.halfClose(direction, report: report)
  }

  func close(_ end: SessionEnd, report: (ConversationReport) -> Void) {
    if scene.successor == nil { fail(report) }
    scene.successor?.close(end, report: report)
    scene.ledger.close(seen: scene.seen)
    scene.flush(report)
  }

  /// There is no header; all bytes are nobody's.
  private func fail(_ report: (ConversationReport) -> Void) {
    scene.refute()
    guard !hasFailed else { return }
    hasFailed = true
    if let start { scene.ledger.stray(header, 0..<header.count, in: .clientToServer, at: start) }
    release(report)
  }

  /// Takes what the server has said.
  private func release(_ report: (ConversationReport) -> Void) {
    scene.flush(report)
    for run in scene.server.held.takeAll() {
      receive(run.bytes, from: 0, in: .serverToClient, at: run.sighting, report: report)
    }
  }

  // MARK: The header

  private func take(_ byte: UInt8, at sighting: Sighting) {
    if start == nil { start = sighting }
    header.append(byte)
    scene.client.count(1)
    if header[0] == ProxyGuess.signature[0] {
      guard header.count >= Self.prefixByteCount else { return }
      let length = Int(header[14]) << 8 | Int(header[15])
      if header.count == Self.prefixByteCount + length { finish(ProxyHeader.binary(header), at: sighting) }
    } else if byte == UInt8(ascii: "\n") {
      finish(Array(header.dropLast(2).dropFirst(6)), at: sighting)
    } else if header.count == Self.longestLine {
      hasFailed = true
      scene.refute()
      scene.ledger.stray(header, 0..<header.count, in: .clientToServer, at: sighting)
    }
  }

  private func finish(_ arguments: [UInt8], at sighting: Sighting) {
    let command = CommandExchange.Command(
      verb: Array("PROXY".utf8), arguments: arguments, byteCount: UInt64(header.count))
    let pending = scene.ledger.begin(command, at: start ?? sighting, seen: scene.seen)
    pending.end = sighting
    scene.ledger.finish(pending, seen: scene.seen)
    scene.confirm()
    scene.handOver()
  }
}

/// The binary header's addresses, written as version 1 writes them.
enum ProxyHeader {
  static func binary(_ header: [UInt8]) -> [UInt8] {
    var reader = ByteReader(header, 16..<header.count)
    let transport = header[13] & 0x0f == 2 ? "UDP" : "TCP"
    let text: String
    switch header[13] >> 4 {
    case 1: text = addresses(&reader, transport + "4") { $0.uint32().map { .v4($0) } }
    case 2: text = addresses(&reader, transport + "6") { $0.read(16).flatMap { IPAddress(networkBytes: $0) } }
    default: text = header[12] & 0x0f == 0 ? "LOCAL" : "UNKNOWN"
    }
    return Array(text.utf8)
  }

  private static func addresses(
    _ reader: inout ByteReader, _ family: String, _ address: (inout ByteReader) -> IPAddress?
  ) -> String {
    guard let source = address(&reader), let destination = address(&reader), let sourcePort = reader.uint16(),
      let destinationPort = reader.uint16()
    else { return "UNKNOWN" }
    return "\(family) \(source) \(destination) \(sourcePort) \(destinationPort)"
  }
}
