import SessionEvents

/// Looks for frames in a direction of which the place of no frame is known: behind a gap, or where the capture began
/// in the midst of a connection.
///
/// Frames are found where three headers follow one another, each where the frame before ends; or fewer, where the
/// direction ends. Bytes are kept until then, at most `windowByteCount`, so that those frames are read as well.
struct HTTP2Search {
  /// Three frames of the usual largest size, and what may be left of one before them.
  static let windowByteCount = 65_536

  private static let neededLinks = 3
  private static let blockByteCount = 4_096

  /// Bytes that came in one piece.
  struct Run {
    var sighting: Sighting
    var bytes: [UInt8]
  }

  enum Reason: Hashable {
    /// The connection began before the capture, or begins here with SETTINGS where `mayBegin`.
    case atBeginning(mayBegin: Bool)
    case behindGap
  }

  private enum Walk {
    case found
    /// No frame begins there.
    case no
    /// So many bytes are needed to know.
    case needs(Int, links: Int)
  }

  private let direction: Direction
  let reason: Reason
  /// Whether the first frame is the connection's.
  private(set) var foundBeginning = false
  private var bytes: [UInt8] = []
  /// Where the bytes of one sighting end.
  private var marks: [(end: Int, sighting: Sighting)] = []
  private var candidate = 0
  /// Bytes before `bytes`.
  private var droppedByteCount: UInt64 = 0
  private let limit: UInt64

  /// Begins to look, for at most so many bytes.
  init(_ direction: Direction, _ reason: Reason, limit: UInt64) {
    self.direction = direction
    self.reason = reason
    self.limit = limit
  }

  /// Whether no more bytes are to be looked at.
  var isExhausted: Bool { searchedByteCount > limit }

  /// Bytes that were looked at in vain.
  var searchedByteCount: UInt64 { droppedByteCount + UInt64(candidate) }

  var keptByteCount: Int { bytes.count }

  /// Of the last byte that is kept.
  var lastSighting: Sighting? { marks.last?.sighting }

  /// Takes bytes from `position` on, until frames are found or it is exhausted; `drop` gets what no frame can be in.
  mutating func receive(
    _ input: [UInt8], _ position: inout Int, at sighting: Sighting, drop: (Int, Sighting) -> Void
  ) -> Bool {
    while position < input.count, !isExhausted {
      // Near the limit single bytes, so that it is passed at the same one however the bytes came.
      let isNearLimit =
        searchedByteCount + UInt64(bytes.count - candidate + HTTP2Search.blockByteCount) > limit
      let count = isNearLimit ? 1 : min(HTTP2Search.blockByteCount, input.count - position)
      bytes += input[position..<position + count]
      position += count
      if marks.last?.sighting == sighting { marks.removeLast() }
      marks.append((bytes.count, sighting))
      if advance(atEnd: false) { return true }
      trim(drop)
    }
    return false
  }

  /// The direction is at its end: whether frames are found all the same.
  mutating func finish() -> Bool {
    advance(atEnd: true)
  }

  /// What is kept: first what belongs to no frame, then what is to be read.
  func takeKept() -> (passed: [Run], found: [Run]) {
    (runs(0..<candidate), runs(candidate..<bytes.count))
  }

  // MARK: Looking

  private mutating func advance(atEnd: Bool) -> Bool {
    while candidate + HTTP2Frame.headerByteCount <= bytes.count, !isExhausted {
      switch walk(from: candidate) {
      case .found: return true
      case .no: candidate += 1
      case .needs(let count, let links):
        if atEnd {
          if isEnough(links, endsWhole: count == bytes.count + HTTP2Frame.headerByteCount) { return true }
        } else if count - candidate <= HTTP2Search.windowByteCount {
          return false
        }
        candidate += 1
      }
    }
    if atEnd { candidate = bytes.count }
    return false
  }

  /// Whether so many frames at the end of all bytes are enough: two, or one that is all there is.
  private func isEnough(_ links: Int, endsWhole: Bool) -> Bool {
    links > 1 || (endsWhole && candidate == 0 && droppedByteCount == 0)
  }

  private mutating func walk(from start: Int) -> Walk {
    var position = start
    var links = 0
    var last: HTTP2Link?
    while links < HTTP2Search.neededLinks {
      let end = position + HTTP2Frame.headerByteCount
      guard end <= bytes.count else { return .needs(end, links: links) }
      guard let link = HTTP2Link(bytes, at: position, in: direction), last?.mayPrecede(link) ?? true else {
        return .no
      }
      if reason == .atBeginning(mayBegin: true), end == HTTP2Frame.headerByteCount, droppedByteCount == 0,
        link.beginsConnection
      {
        foundBeginning = true
        return .found
      }
      last = link
      links += 1
      position = end + link.byteCount
    }
    return .found
  }

  // MARK: Keeping

  /// Forgets what was looked at, once that is worth it.
  private mutating func trim(_ drop: (Int, Sighting) -> Void) {
    guard candidate >= HTTP2Search.blockByteCount else { return }
    for run in runs(0..<candidate) { drop(run.bytes.count, run.sighting) }
    bytes.removeFirst(candidate)
    droppedByteCount += UInt64(candidate)
    marks = marks.compactMap { $0.end > candidate ? ($0.end - candidate, $0.sighting) : nil }
    candidate = 0
  }

  private func runs(_ range: Range<Int>) -> [Run] {
    var runs: [Run] = []
    var start = 0
    for mark in marks {
      let part = (start..<mark.end).clamped(to: range)
      if !part.isEmpty { runs.append(Run(sighting: mark.sighting, bytes: Array(bytes[part]))) }
      start = mark.end
    }
    return runs
  }
}
