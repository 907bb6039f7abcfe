import SessionEvents

/// A header block as it comes in a HEADERS or PUSH_PROMISE frame and in the CONTINUATIONs behind it (RFC 9113 §4.3).
struct HTTP2HeaderBlock {
  let stream: UInt32
  /// The stream that a PUSH_PROMISE reserves; nil in HEADERS.
  let promised: UInt32?
  let endsStream: Bool
  /// Where its first frame began.
  let offset: UInt64
  let start: Sighting
  private(set) var bytes: [UInt8]
  private(set) var continuationCount = 0
  /// Whether it cannot be decoded: a part is missing, or it was too long to keep.
  private(set) var isLost: Bool
  /// What was too much of it.
  private(set) var excess: Finding?

  /// Takes the first frame's fragment, without padding and priority; nil where the padding is too long.
  init?(_ frame: HTTP2Frame, payload: [UInt8], isLost: Bool) {
    stream = frame.stream
    endsStream = frame.type == .headers && frame.endsStream
    offset = frame.offset
    start = frame.start
    self.isLost = isLost
    guard !isLost else {
      promised = frame.type == .pushPromise ? 0 : nil
      bytes = []
      return
    }
    var reader = ByteReader(payload)
    var padding = 0
    if frame.isPadded { padding = Int(reader.uint8() ?? 0) }
    if frame.type == .pushPromise {
      promised = (reader.uint32() ?? 0) & 0x7fff_ffff
    } else {
      promised = nil
      if frame.hasPriority { _ = reader.read(5) }
    }
    guard let fragment = reader.read(reader.remaining - padding) else { return nil }
    bytes = Array(fragment)
  }

  /// Takes a CONTINUATION's fragment.
  mutating func append(_ payload: [UInt8]) {
    if !isLost { bytes += payload }
    continuationCount += 1
  }

  /// It cannot be decoded; no more of it is kept.
  mutating func lose(_ excess: Finding? = nil) {
    isLost = true
    self.excess = self.excess ?? excess
    bytes = []
  }
}
