/// Which session each packet of a capture belongs to, in a file but for the packets that came last.
final class PacketOwners {
  /// Packets whose owners are in memory.
  private static let windowLength = 65_536
  private static let entryLength = 8

  private let file: SpillFile
  /// Of packets `windowStart` and the following; 0 for none.
  private var window = [UInt64](repeating: 0, count: windowLength)
  private var windowStart: UInt64 = 0
  /// Where the file ends.
  private var fileEnd: UInt64 = 0

  init(in directory: OutputDirectory) {
    file = SpillFile(in: directory)
  }

  var failure: ExportError? { file.failure }

  /// Notes a packet's session; packets come in order, but for a few.
  func set(_ session: UInt64, of packet: UInt64) {
    if packet >= windowStart &+ UInt64(Self.windowLength) { advance(to: packet) }
    if packet >= windowStart {
      window[Int(packet - windowStart)] = session
    } else {
      let bytes = Self.bytes([session])
      _ = file.write(bytes.span, at: Int(packet) * Self.entryLength)
    }
  }

  /// The session of a packet, 0 for none; packets must be asked for in order, and only once all are set.
  func session(of packet: UInt64) throws(ExportError) -> UInt64 {
    if packet < windowStart || packet >= windowStart + UInt64(Self.windowLength) { try load(packet) }
    return window[Int(packet - windowStart)]
  }

  /// Ends the setting.
  func finish() {
    store()
  }

  private func advance(to packet: UInt64) {
    store()
    windowStart = packet / UInt64(Self.windowLength) * UInt64(Self.windowLength)
    for index in window.indices { window[index] = 0 }
  }

  private func store() {
    fileEnd = max(fileEnd, windowStart + UInt64(Self.windowLength))
    let bytes = Self.bytes(window)
    _ = file.write(bytes.span, at: Int(windowStart) * Self.entryLength)
  }

  private func load(_ packet: UInt64) throws(ExportError) {
    let start = packet / UInt64(Self.windowLength) * UInt64(Self.windowLength)
    windowStart = start
    guard start < fileEnd else {
      for index in window.indices { window[index] = 0 }
      return
    }
    var bytes: [UInt8] = []
    try file.read(Self.windowLength * Self.entryLength, at: Int(start) * Self.entryLength, into: &bytes)
    for index in window.indices {
      let place = index * Self.entryLength
      window[index] = bytes[place..<place + Self.entryLength].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  private static func bytes(_ sessions: [UInt64]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sessions.count * entryLength)
    for session in sessions {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: session >> shift))
      }
    }
    return bytes
  }
}
