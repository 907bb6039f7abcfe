import CaptureFile
import Glibc
import SessionEvents

/// One of a service's recordings, while it is written.
final class OpenRecording {
  let name: RecordingName
  /// Apart from the recorder, which is busy while it forwards.
  let path: String
  var recorder: SessionRecorder
  /// When it began, in monotonic nanoseconds.
  let began: Int
  /// The size that it had before it recorded anything of its own: sessions taken over do not make it full.
  private(set) var baseByteCount: UInt64
  /// The size at which it has to be followed by another, or to end.
  private(set) var limit = UInt64.max

  init(_ name: RecordingName, _ recorder: consuming SessionRecorder, began: Int) {
    self.name = name
    path = recorder.output.path
    self.recorder = recorder
    self.began = began
    baseByteCount = self.recorder.output.byteCount
  }

  /// Creates the files, under a name of this second that is not taken; the search begins after `last`.
  static func begin(
    _ configuration: RotatingConfiguration, _ memory: RecorderMemory, after last: RecordingName?, now: Int
  ) throws(RecorderError) -> OpenRecording {
    let created = Timestamp.now()
    var name = RecordingName(created)
    if let next = last?.next, next.isOfSameSecond(as: name) { name = next }
    while true {
      let path = "\(configuration.directory)/\(name.capture)"
      do throws(RecorderError) {
        let recorder = try SessionRecorder(configuration.recording(path: path, created: created), memory)
        return OpenRecording(name, recorder, began: now)
      } catch {
        guard case .file(.exists) = error, let next = name.next else { throw error }
        name = next
      }
    }
  }

  var byteCount: UInt64 { recorder.output.byteCount }
  var isFull: Bool { byteCount >= limit }
  /// Whether it holds nothing of its own.
  var isEmpty: Bool { byteCount == baseByteCount }

  /// Takes over what follows in `body`, which is not its own.
  func takeOver(_ body: (inout SessionRecorder) throws(RecorderError) -> Void) throws(RecorderError) {
    let before = byteCount
    defer {
      let grown = byteCount &- before
      baseByteCount &+= grown
      if limit != .max { limit &+= grown }
    }
    try body(&recorder)
  }

  func setLimit(_ growth: UInt64) {
    let (sum, overflow) = baseByteCount.addingReportingOverflow(growth)
    limit = overflow ? .max : sum
  }
}

extension Timestamp {
  fileprivate static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
