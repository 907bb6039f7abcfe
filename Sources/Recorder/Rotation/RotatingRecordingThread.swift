public import SessionEvents

/// Records what it receives in a directory of recordings that rotate, on a thread of its own, for months.
///
/// `receive` blocks while the disk lags behind by more than the queue holds. While nothing can be recorded events are
/// still taken, so that no producer hangs, and counted; the recorder's `onReport` tells of it.
public final class RotatingRecordingThread: SessionSink {
  private let queue: EventQueue
  private let loop: RecordingLoop<RotatingWork>

  /// Starts recording.
  ///
  /// - Parameters:
  ///   - recorder: Owns the files; its `onReport` is called on the recording thread.
  ///   - queue: Between the producers and the recorder.
  ///   - onEvent: Called on the recording thread with every event as a replay of that recording will see it.
  public init(
    _ recorder: consuming RotatingRecorder, queue: EventQueue = EventQueue(),
    onEvent: (@Sendable (SessionEvent, _ packet: UInt64?, _ path: String) -> Void)? = nil
  ) {
    self.queue = queue
    loop = RecordingLoop(RotatingWork(recorder, onEvent), queue)
    loop.start()
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
  /// Must not be called from `onEvent` or `onReport`.
  public func finish() -> RotationSummary { loop.finish() }

  /// Follows another policy, from within a second on; from any thread.
  public func reconfigure(_ policy: RotationPolicy) { loop.reconfigure(policy) }

  /// Whether who hands events over waits, because the disk lags behind; from any thread.
  public var isHoldingUp: Bool { queue.isHoldingUp }

  /// What was done so far; from any thread.
  public var statistics: RecordingStatistics { loop.statistics }
}

private struct RotatingWork: RecordingWork, ~Copyable {
  private var recorder: RotatingRecorder
  private let onEvent: (@Sendable (SessionEvent, UInt64?, String) -> Void)?

  init(
    _ recorder: consuming RotatingRecorder, _ onEvent: (@Sendable (SessionEvent, UInt64?, String) -> Void)?
  ) {
    self.recorder = recorder
    self.onEvent = onEvent
  }

  var summary: RotationSummary { recorder.summary }
  var statistics: RecordingStatistics { recorder.statistics }

  mutating func record(_ event: SessionEvent) { recorder.record(event, forward: onEvent) }
  mutating func tick(now: Int) { recorder.tick(now: now, forward: onEvent) }
  mutating func reconfigure(_ policy: RotationPolicy) { recorder.reconfigure(policy) }
  mutating func finish() { recorder.finish(forward: onEvent) }
}
