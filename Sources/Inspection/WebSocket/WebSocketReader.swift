import SessionEvents

/// Reads the frames of one direction of a WebSocket (RFC 6455 §5).
///
/// ```text
/// header ⇄ payload      a length of 2^63 or more, or a gap that leaves the framing uncertain → passing
/// ```
final class WebSocketReader {
  enum Step {
    /// All bytes are used.
    case more
    /// A header was read: `frame` is set.
    case began(WebSocketFrame)
    /// So much of the payload, in the bytes given, still masked.
    case payload(WebSocketFrame, Range<Int>)
    /// The frame is over.
    case ended(WebSocketFrame)
    /// The direction cannot be read any further.
    case failed(WebSocketProblem, String)
    /// So many bytes were passed over unread.
    case passed(Int)
  }

  private enum State {
    case header([UInt8])
    case payload(WebSocketFrame, rest: UInt64)
    case passing
  }

  /// Masked bytes are unmasked in pieces, so that what is copied of them stays small.
  private static let pieceByteCount = 16_384

  let direction: Direction
  private var state: State = .header([])
  private var unmasked: [UInt8] = []
  /// Where the frame that is being read began.
  private(set) var frameStart: Sighting?
  private(set) var frameOffset: UInt64 = 0
  private var frameSeen: UInt64 = 0
  /// The offset of the next byte.
  private(set) var offset: UInt64 = 0
  /// Bytes taken, without missing ones.
  private(set) var seen: UInt64 = 0

  init(_ direction: Direction) {
    self.direction = direction
  }

  /// Bytes of the frame that is being read, without missing ones.
  var frameByteCount: Int { Int(clamping: seen - frameSeen) }

  /// From now on everything passes unread.
  func pass() {
    state = .passing
    unmasked = []
  }

  /// Reads on from `position` until something is to be told.
  func advance(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Step {
    while true {
      switch state {
      case .payload(let frame, rest: 0):
        state = .header([])
        return .ended(frame)
      case .payload(let frame, let rest):
        guard position < bytes.count else { return .more }
        let most = frame.key == nil ? Int.max : WebSocketReader.pieceByteCount
        let count = Int(min(UInt64(min(bytes.count - position, most)), rest))
        state = .payload(frame, rest: rest - UInt64(count))
        take(count, &position)
        return .payload(frame, position - count..<position)
      case .header(var header):
        guard position < bytes.count else { return .more }
        state = .passing
        let step = readHeader(&header, bytes[position], at: sighting)
        if case .passing = state { state = .header(header) }
        take(1, &position)
        if let step { return step }
      case .passing:
        guard position < bytes.count else { return .more }
        let count = bytes.count - position
        take(count, &position)
        return .passed(count)
      }
    }
  }

  /// The bytes of a payload step without their mask; good until the next call.
  func unmasking(_ bytes: [UInt8], _ range: Range<Int>, of frame: WebSocketFrame) -> [UInt8] {
    guard let key = frame.key, case .payload(_, let rest) = state else { return [] }
    // The key begins anew with each frame's payload, and turns with every byte.
    let phase = UInt32(truncatingIfNeeded: frame.byteCount - rest - UInt64(range.count)) & 3
    let turned = phase == 0 ? key : key >> (phase * 8) | key << (32 - phase * 8)
    unmasked.removeAll(keepingCapacity: true)
    unmasked += bytes[range]
    var span = unmasked.mutableSpan
    for index in span.indices {
      span[index] ^= UInt8(truncatingIfNeeded: turned >> (UInt32(truncatingIfNeeded: index & 3) * 8))
    }
    return unmasked
  }

  private func take(_ count: Int, _ position: inout Int) {
    position += count
    offset += UInt64(count)
    seen += UInt64(count)
  }

  private func readHeader(_ header: inout [UInt8], _ byte: UInt8, at sighting: Sighting) -> Step? {
    if header.isEmpty {
      frameStart = sighting
      frameOffset = offset
      frameSeen = seen
    }
    header.append(byte)
    guard header.count == WebSocketFrame.headerByteCount(header),
      let frame = WebSocketFrame(header, offset: frameOffset, start: frameStart ?? sighting)
    else { return nil }
    // RFC 6455 §5.2: the most significant bit must be 0.
    guard frame.byteCount <= UInt64(Int64.max) else {
      return .failed(.lengthInvalid, "a frame of \(frame.byteCount) bytes, which no frame may have")
    }
    state = .payload(frame, rest: frame.byteCount)
    return .began(frame)
  }

  // MARK: Gaps

  /// What became of a gap.
  enum Skipped {
    /// The frame goes on behind it.
    case within
    /// Where the next frame begins is not known.
    case lost
    /// Nothing was being read.
    case unread
  }

  /// So many bytes of the stream will never come.
  func skip(_ byteCount: UInt64) -> Skipped {
    defer { offset += byteCount }
    switch state {
    case .passing:
      return .unread
    case .header(let header):
      if header.isEmpty {
        frameStart = nil
        frameOffset = offset
        frameSeen = seen
      }
      return .lost
    case .payload(let frame, let rest):
      guard byteCount <= rest else { return .lost }
      state = .payload(frame, rest: rest - byteCount)
      return .within
    }
  }
}
