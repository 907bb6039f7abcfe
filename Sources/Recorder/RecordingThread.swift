import Glibc
public import SessionEvents
import Synchronization

/// Records what it receives on a thread of its own, and flushes every second.
///
/// `receive` blocks while the disk lags behind by more than the queue holds. After a failure events are still taken,
/// so that no producer hangs, but only counted, and forwarded as they are; what becomes of the recorded command is the
/// caller's business, which `onFailure` tells.
public final class RecordingThread: SessionSink {
  private let queue: EventQueue
  private let loop: RecordingLoop
  private let thread: Mutex<pthread_t?>

  /// Starts recording.
  ///
  /// - Parameters:
  ///   - recorder: Owns the files.
  ///   - queue: Between the producers and the recorder.
  ///   - onEvent: Called on the recording thread with every event as a replay will see it, and its packet.
  ///   - onFailure: Called on the recording thread, once, with the first failure.
  public init(
    _ recorder: consuming SessionRecorder, queue: EventQueue = EventQueue(),
    onEvent: (@Sendable (SessionEvent, _ packet: UInt64?) -> Void)? = nil,
    onFailure: @escaping @Sendable (RecorderError) -> Void
  ) {
    self.queue = queue
    loop = RecordingLoop(recorder, queue, onEvent, onFailure)
    thread = Mutex(startThread(loop))
  }

  deinit {
    _ = finish()
  }

  /// Hands an event over; blocks while the queue is full.
  ///
  /// After `finish` events are dropped.
  public func receive(_ event: SessionEvent) {
    queue.receive(event)
  }

  /// Records what was received so far, closes the files, and ends the thread; can be called again.
  ///
  /// Must not be called from `onEvent` or `onFailure`.
  public func finish() -> RecordingSummary {
    queue.close()
    return thread.withLock { thread in
      if let running = thread { pthread_join(running, nil) }
      thread = nil
      return loop.summary
    }
  }
}

/// What the recording thread does.
private final class RecordingLoop: @unchecked Sendable {
  // Sendable: made by one thread, which starts the recording thread and from then on touches it only after having
  // joined that; `run` is called by the recording thread alone.

  private var recorder: SessionRecorder
  private let queue: EventQueue
  private let onEvent: (@Sendable (SessionEvent, UInt64?) -> Void)?
  private let onFailure: @Sendable (RecorderError) -> Void

  private static let flushInterval = 1_000_000_000

  init(
    _ recorder: consuming SessionRecorder, _ queue: EventQueue,
    _ onEvent: (@Sendable (SessionEvent, UInt64?) -> Void)?,
    _ onFailure: @escaping @Sendable (RecorderError) -> Void
  ) {
    self.recorder = recorder
    self.queue = queue
    self.onEvent = onEvent
    self.onFailure = onFailure
  }

  var summary: RecordingSummary { recorder.summary }

  func run() {
    var nextFlush = monotonicNanoseconds() + Self.flushInterval
    while true {
      switch queue.nextBatch(timeout: max(0, nextFlush - monotonicNanoseconds())) {
      case .events(let events):
        for event in events { record(event) }
      case .timedOut:
        break
      case .closed:
        return finish()
      }
      if monotonicNanoseconds() >= nextFlush {
        nextFlush = monotonicNanoseconds() + Self.flushInterval
        reporting { recorder throws(RecorderError) in try recorder.flush() }
      }
    }
  }

  private func record(_ event: SessionEvent) {
    reporting { recorder throws(RecorderError) in
      if let onEvent { try recorder.record(event, forward: onEvent) } else { try recorder.record(event) }
    }
  }

  private func finish() {
    reporting { recorder throws(RecorderError) in
      try recorder.finish { event, packet in onEvent?(event, packet) }
    }
  }

  /// The recorder throws at most once.
  private func reporting(_ body: (inout SessionRecorder) throws(RecorderError) -> Void) {
    do throws(RecorderError) {
      try body(&recorder)
    } catch {
      onFailure(error)
    }
  }
}

private func startThread(_ loop: RecordingLoop) -> pthread_t? {
  var thread = pthread_t()
  // The thread gets a reference of its own, and takes it over in its first line.
  let context = Unmanaged.passRetained(loop).toOpaque()
  let status = pthread_create(&thread, nil, runRecordingLoop, context)
  precondition(status == 0, "pthread_create: error \(status)")
  return thread
}

private func runRecordingLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<RecordingLoop>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
