import SessionEvents

/// Nine bytes that look like a frame's header (RFC 9113 §4.1), as far as one link of a chain of frames shows it.
///
/// Stricter than what must be read: a side that means well sends nothing else.
struct HTTP2Link: Hashable {
  /// Larger frames are sent by few, and would make too much look like a header.
  private static let mostPayloadBytes = 16_384
  /// Higher numbers need a connection of eight million requests.
  private static let highestStream: UInt32 = 1 << 24

  let type: HTTP2FrameType
  let byteCount: Int
  private let stream: UInt32
  private let flags: UInt8

  /// Reads the header at a place in `bytes` that holds nine; nil where it does not look like one of this direction.
  init?(_ bytes: [UInt8], at position: Int, in direction: Direction) {
    // Most places are told by the first byte.
    guard bytes[position] == 0 else { return nil }
    let byteCount = Int(bytes[position + 1]) << 8 | Int(bytes[position + 2])
    let flags = bytes[position + 4]
    let stream =
      UInt32(bytes[position + 5]) << 24 | UInt32(bytes[position + 6]) << 16 | UInt32(bytes[position + 7]) << 8
      | UInt32(bytes[position + 8])
    let type = HTTP2FrameType(bytes[position + 3])
    guard byteCount <= HTTP2Link.mostPayloadBytes, stream < HTTP2Link.highestStream,
      HTTP2Link.isPlausible(type, byteCount, flags: flags, stream),
      HTTP2Link.isPlausible(type, stream, in: direction)
    else { return nil }
    self.type = type
    self.byteCount = byteCount
    self.stream = stream
    self.flags = flags
  }

  /// What stands before the header block in a HEADERS frame: the length of its padding, and its priority.
  var byteCountBeforeBlock: Int { (flags & 0x08 != 0 ? 1 : 0) + (flags & 0x20 != 0 ? 5 : 0) }

  /// Whether it is SETTINGS as a connection begins with.
  var beginsConnection: Bool { type == .settings && flags == 0 }

  /// Whether the other one may be the next.
  func mayPrecede(_ next: HTTP2Link) -> Bool {
    let isOpen = (type == .headers || type == .pushPromise || type == .continuation) && flags & 4 == 0
    return isOpen ? next.type == .continuation && next.stream == stream : next.type != .continuation
  }

  private static func isPlausible(
    _ type: HTTP2FrameType, _ byteCount: Int, flags: UInt8, _ stream: UInt32
  ) -> Bool {
    switch type {
    case .data: flags & ~0x09 == 0 && stream != 0 && (byteCount > 0 || flags == 1)
    case .headers: flags & ~0x2d == 0 && stream != 0 && byteCount > 0
    case .priority: flags == 0 && stream != 0 && byteCount == 5
    case .resetStream: flags == 0 && stream != 0 && byteCount == 4
    case .settings:
      stream == 0 && (flags == 1 ? byteCount == 0 : flags == 0 && byteCount % 6 == 0 && byteCount < 128)
    case .pushPromise: flags & ~0x0c == 0 && stream != 0 && byteCount > 4
    case .ping: flags & ~0x01 == 0 && stream == 0 && byteCount == 8
    case .goAway: flags == 0 && stream == 0 && byteCount >= 8
    case .windowUpdate: flags == 0 && byteCount == 4
    case .continuation: flags & ~0x04 == 0 && stream != 0 && byteCount > 0
    // ALTSVC (RFC 7838), ORIGIN (RFC 8336) and PRIORITY_UPDATE (RFC 9218).
    case .unknown(let code): [0x0a, 0x0c, 0x10].contains(code) && flags == 0 && byteCount > 0
    }
  }

  /// Clients open odd streams, and only servers promise (RFC 9113 §5.1.1, §8.4).
  private static func isPlausible(_ type: HTTP2FrameType, _ stream: UInt32, in direction: Direction) -> Bool {
    switch (direction, type) {
    case (.clientToServer, .pushPromise): false
    case (.clientToServer, .data), (.clientToServer, .headers), (.clientToServer, .continuation):
      stream % 2 == 1
    case (.clientToServer, _), (.serverToClient, _): true
    }
  }
}
