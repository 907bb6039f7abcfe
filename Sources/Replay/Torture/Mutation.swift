public import SessionEvents

/// One change to a recording that a real network could have made, as a value: the same list of them makes the same capture.
///
/// Places are those of the recording as it is: offsets in a stream, from 0, and packet numbers, from 1.
public enum Mutation: Hashable, Sendable {
  /// All sequence numbers of this direction are others, those of earlier and later sessions of the same two ends, too.
  case renumber(SessionID, Direction, by: UInt32)
  /// A segment ends here, and another begins.
  case cut(SessionID, Direction, at: Int64)
  /// The segments that meet here are one.
  case join(SessionID, Direction, at: Int64)
  /// These bytes are sent again, or for the first time as far as they were not yet, behind what became of a packet.
  case again(SessionID, Direction, Range<Int64>, after: UInt64)
  /// A packet comes later, by so many others.
  case delay(MutationTarget, by: Int)
  /// These bytes were sent and received, but not captured.
  case drop(SessionID, Direction, Range<Int64>)
  /// A packet is in fragments with so many bytes at most, a multiple of 8.
  case fragment(MutationTarget, size: Int, order: FragmentOrder)
}

/// What a mutation does something to.
public enum MutationTarget: Hashable, Sendable {
  /// The first segment that has the byte at this place of the stream.
  case segment(SessionID, Direction, at: Int64)
  /// A packet of the recording.
  case packet(UInt64)
}

/// In which order the fragments of a packet come.
public enum FragmentOrder: String, Hashable, Sendable, CaseIterable {
  case forward
  case backward
  /// The last first, then the others in order.
  case lastFirst = "last_first"
}

extension Mutation: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .renumber(let session, let direction, let count):
      "#\(session) \(direction.sender): sequence numbers are \(count) higher"
    case .cut(let session, let direction, let place):
      "#\(session) \(direction.sender): a segment is cut at byte \(place)"
    case .join(let session, let direction, let place):
      "#\(session) \(direction.sender): the segments that meet at byte \(place) are one"
    case .again(let session, let direction, let range, let packet):
      "#\(session) \(direction.sender): bytes \(range.lowerBound) to \(range.upperBound - 1) are sent again after packet \(packet)"
    case .delay(let target, let count): "\(target) comes \(count) later"
    case .drop(let session, let direction, let range):
      "#\(session) \(direction.sender): bytes \(range.lowerBound) to \(range.upperBound - 1) are dropped"
    case .fragment(let target, let size, let order):
      "\(target) is in fragments of \(size) bytes, \(order.text)"
    }
  }
}

extension MutationTarget: CustomStringConvertible {
  public var description: String {
    switch self {
    case .segment(let session, let direction, let place):
      "#\(session) \(direction.sender): the segment with byte \(place)"
    case .packet(let number): "packet \(number)"
    }
  }
}

extension FragmentOrder {
  fileprivate var text: String {
    switch self {
    case .forward: "in order"
    case .backward: "the last first, the first last"
    case .lastFirst: "the last first"
    }
  }
}
