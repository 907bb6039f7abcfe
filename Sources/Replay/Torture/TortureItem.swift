import CaptureFile
import SessionEvents

/// One thing in a recording that mutations move about: a segment, a datagram, or a line of the sidecar.
struct TortureItem {
  enum Content {
    case segment(SegmentHeader, [UInt8])
    case datagram(from: Endpoint, to: Endpoint, [UInt8], missing: Int)
    case line(SidecarLine)
  }

  var content: Content
  /// Its number in the recording; 0 for a line.
  var packet: UInt64
  var time: Timestamp
  /// The pair of ends that it goes between; nil for a line of the whole recording.
  var lane: Int?
  var session: SessionID?
  /// Items of a lane may change places if they have the same run.
  var run = 0
  /// Whether a session opens with it, which gives that its number, and its host the name that is known by then.
  var opensSession = false
  /// Whether its session's exchanges may tell the names of hosts.
  var isDNS = false
  /// What it has of its session's stream, where all of that is known.
  var place: StreamPlace?
  /// Up to which place of the other direction's stream it acknowledges, the FIN counted; nil where that is not known.
  var acknowledged: Int64?
  /// Parts that are to be taken out, for it was not captured; ascending.
  var dropped: [Range<Int64>] = []
  var fragments: (size: Int, order: FragmentOrder)?

  init(_ content: Content, packet: UInt64, time: Timestamp) {
    self.content = content
    self.packet = packet
    self.time = time
  }
}

/// Where a segment's payload is in its stream.
struct StreamPlace: Hashable {
  var direction: Direction
  var range: Range<Int64>
  /// Whether the FIN follows.
  var isFinal: Bool
  /// Whether it may be cut, moved, repeated and dropped.
  var isFree: Bool
}

/// One direction of one session.
struct StreamID: Hashable {
  var session: SessionID
  var direction: Direction
}

/// A stream that the recording has all of.
struct WholeStream {
  var bytes: [UInt8]
  /// The sequence number of the first byte.
  var base: UInt32
  var hasFIN: Bool
  var source: Endpoint
  var destination: Endpoint
  /// The packets that have something of it and may be changed, in order of the capture.
  var packets: [UInt64] = []
  /// The bytes before this one may not be changed.
  var freeFrom: Int64 = 0

  var count: Int64 { Int64(bytes.count) }
}
