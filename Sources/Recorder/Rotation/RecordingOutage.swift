import CaptureFile
import Glibc

/// A time in which nothing can be recorded.
struct RecordingOutage {
  /// What was lost by it, so far.
  var loss: RecordingLoss
  /// The recordings that failed, whose last lines have to say what was lost; the first one's says it of what came after.
  var failed: [OpenRecording]
  /// Whether there has to be room on the disk again.
  private var isForRoom: Bool
  private var told: Set<String> = []

  /// Less free room than this would be used up by the next write.
  private static let leastRoom: UInt64 = 512 << 10

  init(_ error: RecorderError) {
    loss = RecordingLoss(reason: error.description)
    failed = []
    isForRoom = false
  }

  /// Takes note of an error; returns whether it is one that was not told of yet.
  mutating func isNews(_ error: RecorderError) -> Bool {
    isForRoom = error.systemCode == ENOSPC
    return told.insert(error.gist).inserted
  }

  /// How an attempt to record in this directory would fail; nil where it may succeed.
  func expectation(in directory: borrowing RecordingDirectory) -> RecorderError? {
    guard isForRoom, let free = directory.freeByteCount, free < Self.leastRoom else { return nil }
    return .file(.system(path: directory.path, SystemFailure(call: "write", code: ENOSPC)))
  }
}

extension RecorderError {
  fileprivate var systemCode: Int32? {
    guard case .file(.system(_, let failure)) = self else { return nil }
    return failure.code
  }

  /// The error without its path, which differs with each attempt.
  fileprivate var gist: String {
    guard case .file(let error) = self else { return description }
    return switch error {
    case .system(_, let failure): failure.description
    case .libpcap(_, let call, let text): "\(call): \(text)"
    case .vanished: "vanished"
    default: error.description
    }
  }
}
