import SessionEvents

/// Reads the frames of one direction of an HTTP/2 connection (RFC 9113 §4).
///
/// ```text
/// preface (client only) → header ⇄ padLength → data → padding      (DATA)
///                                ⇄ payload                         (any other type)
/// any connection error → passing
/// ```
///
/// Where the place of no frame is known, a `search` takes the bytes in its stead, until frames are found again.
/// DATA is handed on in place; of other frames the payload is kept, at most as much as its type can need.
final class HTTP2Reader {
  enum Step {
    /// All bytes are used.
    case more
    /// A DATA frame's header was read: `frame` is set.
    case dataBegan
    /// So much of a DATA frame's content, in the bytes given.
    case data(Range<Int>)
    /// The frame is over; `payload` is what was kept of it.
    case ended
    /// The direction cannot be read any further.
    case failed(HTTP2Problem, String)
    /// So many bytes were passed over unread.
    case passed(Int)
  }

  private enum State {
    case preface(matched: Int)
    case header
    case padLength
    case data(rest: Int, padding: Int)
    case padding(rest: Int)
    case payload(rest: Int)
    case passing
  }

  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  let direction: Direction
  private let limits: HTTP2Limits
  private var state: State
  private var header: [UInt8] = []
  private(set) var frame: HTTP2Frame?
  private(set) var payload: [UInt8] = []
  /// Whether bytes of the frame are missing.
  private(set) var hasGap = false
  /// The stream whose header block goes on in CONTINUATION frames.
  var openBlock: HTTP2HeaderBlock?
  var decoder: HPACKDecoder
  /// The largest frame that the receiver allows; nil where its settings are not known.
  var maxFrameSize: Int? = 16_384
  private var hasSettings = false
  /// What looks for frames; nil where the place of the next one is known.
  var search: HTTP2Search?
  /// Whether frames of it may have been missed.
  private(set) var isPartial = false
  /// Whether the connection began before its first byte, or may have.
  private(set) var beganInMidst = false
  /// Whether the first frame is no SETTINGS, and nobody was told.
  private(set) var lacksSettings = false
  /// Where the frame, or the preface, that is being read began.
  private(set) var unitStart: Sighting?
  private var unitSeen: UInt64
  private var unitOffset: UInt64
  /// The stream offset of the next byte.
  private(set) var offset: UInt64
  /// Bytes taken, without missing ones.
  private(set) var seen: UInt64
  /// Whether no byte of it is read as HTTP/2.
  var isBlind: Bool { isPassing || search != nil || isUntouched }
  /// Whether there may be frames of it that are not read.
  var mayLackFrames: Bool { isPartial || isUntouched }
  /// Whether nothing of it has come.
  var isUntouched: Bool { unitStart == nil && !hasSettings }

  /// Begins at a stream offset, behind so many bytes that were seen.
  init(_ direction: Direction, at offset: UInt64 = 0, seen: UInt64 = 0, limits: HTTP2Limits) {
    self.direction = direction
    self.offset = offset
    self.seen = seen
    self.limits = limits
    unitOffset = offset
    unitSeen = seen
    state = direction == .clientToServer ? .preface(matched: 0) : .header
    decoder = HPACKDecoder(mostCapacity: limits.tableByteCount)
  }

  /// The offset of the next byte that comes, behind what a search keeps.
  var offsetBehindKept: UInt64 { offset + UInt64(search?.keptByteCount ?? 0) }

  /// Bytes that came, also those that a search keeps.
  var seenWithKept: UInt64 { seen + UInt64(search?.keptByteCount ?? 0) }

  var isPassing: Bool {
    if case .passing = state { return true }
    return false
  }

  /// Where the frame began that is being read.
  var frameOffset: UInt64 { unitOffset }

  /// Bytes of the frame that is being read, without missing ones.
  var unitByteCount: Int { Int(clamping: seen - unitSeen) }

  /// From now on everything passes unread.
  func pass() {
    state = .passing
    frame = nil
    payload = []
    openBlock = nil
    search = nil
    isPartial = true
    decoder = HPACKDecoder(mostCapacity: 0)
  }

  /// The place of the next frame is not known: it is to be looked for.
  func startSearch(_ reason: HTTP2Search.Reason) {
    search = HTTP2Search(direction, reason, limit: limits.resynchronisationByteCount)
    beganInMidst = reason != .behindGap
    state = .header
    header = []
    frame = nil
    openBlock = nil
    isPartial = true
    hasSettings = true
    maxFrameSize = nil
    decoder.allowedCapacity = nil
    decoder.forget()
  }

  /// The search has found where the connection begins.
  func begin() {
    isPartial = false
    beganInMidst = false
    hasSettings = false
    maxFrameSize = 16_384
    decoder = HPACKDecoder(mostCapacity: limits.tableByteCount)
  }

  /// Bytes of a preface or header that has begun and not ended.
  var headerByteCount: Int {
    switch state {
    case .preface(let matched): matched
    case .header: header.count
    case .padLength, .data, .padding, .payload, .passing: 0
    }
  }

  /// Whether a frame has begun and not ended.
  var isWithinFrame: Bool {
    switch state {
    case .padLength, .data, .padding, .payload: true
    case .preface, .header, .passing: false
    }
  }

  /// So many bytes belong to no frame that can be read.
  func pass(over byteCount: Int) {
    offset += UInt64(byteCount)
    seen += UInt64(byteCount)
    unitOffset = offset
    unitSeen = seen
  }

  /// Reads on from `position` until something is to be told.
  func advance(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Step {
    while true {
      if let step = stepWithoutBytes() { return step }
      guard position < bytes.count else { return .more }
      if let step = read(bytes, &position, at: sighting) { return step }
    }
  }

  /// Steps that are due as soon as their last byte was read.
  private func stepWithoutBytes() -> Step? {
    switch state {
    case .data(rest: 0, let padding):
      state = .padding(rest: padding)
      return stepWithoutBytes()
    case .padding(rest: 0), .payload(rest: 0):
      state = .header
      header = []
      return .ended
    case .preface, .header, .padLength, .data, .padding, .payload, .passing:
      return nil
    }
  }

  private func read(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Step? {
    switch state {
    case .preface(let matched):
      if matched == 0 { begin(at: sighting) }
      let byte = bytes[position]
      take(1, &position)
      guard byte == HTTP2Reader.preface[matched] else {
        return .failed(.prefaceInvalid, "the client does not begin with the connection preface")
      }
      state = matched + 1 == HTTP2Reader.preface.count ? .header : .preface(matched: matched + 1)
    case .header:
      if header.isEmpty { begin(at: sighting) }
      let count = min(HTTP2Frame.headerByteCount - header.count, bytes.count - position)
      header += bytes[position..<position + count]
      take(count, &position)
      if header.count == HTTP2Frame.headerByteCount { return beginFrame() }
    case .padLength:
      let padding = Int(bytes[position])
      take(1, &position)
      guard let frame, padding < frame.byteCount else {
        return .failed(.paddingInvalid, "\(padding) bytes of padding are more than the frame holds")
      }
      state = .data(rest: frame.byteCount - 1 - padding, padding: padding)
    case .data(let rest, let padding):
      let count = min(rest, bytes.count - position)
      let range = position..<position + count
      take(count, &position)
      state = .data(rest: rest - count, padding: padding)
      return .data(range)
    case .padding(let rest):
      let count = min(rest, bytes.count - position)
      take(count, &position)
      state = .padding(rest: rest - count)
    case .payload(let rest):
      let count = min(rest, bytes.count - position)
      let kept = min(count, max(0, keptByteCount - payload.count))
      payload += bytes[position..<position + kept]
      take(count, &position)
      state = .payload(rest: rest - count)
    case .passing:
      let count = bytes.count - position
      take(count, &position)
      return .passed(count)
    }
    return nil
  }

  private func begin(at sighting: Sighting) {
    unitStart = sighting
    unitSeen = seen
    unitOffset = offset
  }

  private func take(_ count: Int, _ position: inout Int) {
    position += count
    offset += UInt64(count)
    seen += UInt64(count)
  }

  // MARK: Frames

  private func beginFrame() -> Step? {
    guard let start = unitStart, let frame = HTTP2Frame(header, offset: unitOffset, start: start) else {
      preconditionFailure("a frame header without its nine bytes or its start")
    }
    self.frame = frame
    payload = []
    hasGap = false
    if let failure = failure(of: frame) { return failure }
    lacksSettings = !hasSettings && frame.type != .settings
    hasSettings = true
    guard frame.type == .data else {
      state = .payload(rest: frame.byteCount)
      return nil
    }
    state = frame.isPadded ? .padLength : .data(rest: frame.byteCount, padding: 0)
    return .dataBegan
  }

  /// What makes a frame a connection error by its header alone.
  private func failure(of frame: HTTP2Frame) -> Step? {
    if let openBlock, frame.type != .continuation || frame.stream != openBlock.stream {
      return .failed(
        .headerBlockInterrupted,
        "\(frame.type.name) on stream \(frame.stream) within the header block of stream \(openBlock.stream)")
    }
    if let maxFrameSize, frame.byteCount > maxFrameSize {
      return .failed(
        .frameSizeInvalid,
        "\(frame.type.name) of \(frame.byteCount) bytes; the receiver allows \(maxFrameSize)")
    }
    if let expected = wrongSize(of: frame) {
      return .failed(
        .frameSizeInvalid, "\(frame.type.name) of \(frame.byteCount) bytes; it must have \(expected)")
    }
    return misplacement(of: frame)
  }

  /// What a frame's payload must have, where it has something else (RFC 9113 §6).
  private func wrongSize(of frame: HTTP2Frame) -> String? {
    let count = frame.byteCount
    switch frame.type {
    case .data: return frame.isPadded && count < 1 ? "at least 1" : nil
    case .headers, .pushPromise:
      let fixed = (frame.isPadded ? 1 : 0) + (frame.type == .pushPromise ? 4 : frame.hasPriority ? 5 : 0)
      return count < fixed ? "at least \(fixed)" : nil
    case .resetStream, .windowUpdate: return count != 4 ? "4" : nil
    case .settings:
      if frame.isAcknowledgement { return count != 0 ? "none, for it is an acknowledgement" : nil }
      return count % 6 != 0 ? "a multiple of 6" : nil
    case .ping: return count != 8 ? "8" : nil
    case .goAway: return count < 8 ? "at least 8" : nil
    // A wrong PRIORITY is an error of its stream alone (RFC 9113 §6.3), and priorities are not told.
    case .priority, .continuation, .unknown: return nil
    }
  }

  private func misplacement(of frame: HTTP2Frame) -> Step? {
    switch frame.type {
    case .data, .headers, .priority, .resetStream, .pushPromise:
      guard frame.stream == 0 else { return nil }
      return .failed(.frameMisplaced, "\(frame.type.name) on stream 0")
    case .settings, .ping, .goAway:
      guard frame.stream != 0 else { return nil }
      return .failed(.frameMisplaced, "\(frame.type.name) on stream \(frame.stream)")
    case .continuation:
      guard openBlock == nil else { return nil }
      return .failed(.headerBlockInterrupted, "CONTINUATION without a header block that it continues")
    case .windowUpdate, .unknown:
      return nil
    }
  }

  /// The most that is kept of the frame's payload.
  private var keptByteCount: Int {
    switch frame?.type {
    // One byte more than a header block may have, so that its length is seen to be too large.
    case .headers, .pushPromise, .continuation: limits.headerBlockByteCount + 512
    case .settings: limits.settingsByteCount
    case .goAway, .resetStream, .windowUpdate: 8
    case .data, .priority, .ping, .unknown, nil: 0
    }
  }

  // MARK: Gaps

  /// What became of a gap.
  enum Skipped {
    /// The frame goes on behind it; of its content so many bytes are missing.
    case within(contentByteCount: Int)
    /// It goes beyond the frame, of whose content so many bytes are missing.
    case beyond(contentByteCount: Int)
    /// It begins between frames, or in a header.
    case between
    /// Nothing was being read.
    case unread
  }

  /// So many bytes of the stream will never come.
  func skip(_ byteCount: UInt64) -> Skipped {
    defer { offset += byteCount }
    let missing = Int(clamping: byteCount)
    switch state {
    case .passing:
      return .unread
    case .preface, .header:
      return .between
    case .padLength:
      guard let frame, missing <= frame.byteCount else {
        return .beyond(contentByteCount: frame?.byteCount ?? 0)
      }
      // How much of it is padding will never be known.
      state = .data(rest: frame.byteCount - missing, padding: 0)
      return .within(contentByteCount: missing - 1)
    case .data(let rest, let padding):
      guard missing <= rest + padding else { return .beyond(contentByteCount: rest) }
      let content = min(rest, missing)
      state = .data(rest: rest - content, padding: padding - (missing - content))
      return .within(contentByteCount: content)
    case .padding(let rest):
      guard missing <= rest else { return .beyond(contentByteCount: 0) }
      state = .padding(rest: rest - missing)
      return .within(contentByteCount: 0)
    case .payload(let rest):
      hasGap = true
      guard missing <= rest else { return .beyond(contentByteCount: 0) }
      state = .payload(rest: rest - missing)
      return .within(contentByteCount: 0)
    }
  }
}
