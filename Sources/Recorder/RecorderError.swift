public import CaptureFile
public import SessionEvents

/// Why a recording cannot begin or go on.
public enum RecorderError: Error, Hashable, Sendable {
  /// A file cannot be created or written.
  case file(CaptureError)
  case segmentSize(Int, limit: Int)
  /// An event of a session that is not open, a second opening, or a datagram on TCP: a defect of the source.
  case misplacedEvent(SessionID)
  /// One end is IPv4, the other IPv6: a defect of the source.
  case mixedFamilies(SessionID, SessionOpening)
  /// Bytes of a direction that was closed before: a defect of the source.
  case bytesAfterEnd(SessionID, Direction)
}

extension RecorderError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .segmentSize(let size, let limit): "segment size \(size) is not between 1 and \(limit)"
    case .misplacedEvent(let session): "session \(session): an event that cannot come here"
    case .mixedFamilies(let session, let opening):
      "session \(session): \(opening.client) and \(opening.originalDestination) are of two IP versions"
    case .bytesAfterEnd(let session, let direction):
      "session \(session): bytes of the \(direction.sender.rawValue) after its end"
    }
  }

  /// What to do about it; nil where there is nothing to say.
  public var hint: String? {
    switch self {
    case .file(let error): error.hint
    case .segmentSize, .misplacedEvent, .mixedFamilies, .bytesAfterEnd: nil
    }
  }
}
