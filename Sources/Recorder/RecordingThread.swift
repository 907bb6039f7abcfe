public import SessionEvents

/// Records what it receives on a thread of its own, and flushes every second.
///
/// `receive` blocks while the disk lags behind by more than the queue holds. After a failure events are still taken,
/// so that no producer hangs, but only counted, and forwarded as they are; what becomes of the recorded command is the
/// caller's business, which `onFailure` tells.
public final class RecordingThread: SessionSink {
  private let queue: EventQueue
  private let loop: RecordingLoop<SingleRecording>

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
    loop = RecordingLoop(SingleRecording(recorder, onEvent, onFailure), queue)
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
  /// Must not be called from `onEvent` or `onFailure`.
  public func finish() -> RecordingSummary { loop.finish() }

  /// Whether who hands events over waits, because the disk lags behind; from any thread.
  public var isHoldingUp: Bool { queue.isHoldingUp }

  /// What was done so far; from any thread.
  public var statistics: RecordingStatistics { loop.statistics }
}

/// One recording from beginning to end.
private struct SingleRecording: RecordingWork, ~Copyable {
  private var recorder: SessionRecorder
  private let onEvent: (@Sendable (SessionEvent, UInt64?) -> Void)?
  private let onFailure: @Sendable (RecorderError) -> Void

  init(
    _ recorder: consuming SessionRecorder, _ onEvent: (@Sendable (SessionEvent, UInt64?) -> Void)?,
    _ onFailure: @escaping @Sendable (RecorderError) -> Void
  ) {
    self.recorder = recorder
    self.onEvent = onEvent
    self.onFailure = onFailure
  }

  var summary: RecordingSummary { recorder.summary }
  var statistics: RecordingStatistics { recorder.statistics }

  mutating func record(_ event: SessionEvent) {
    reporting { (recorder, onEvent) throws(RecorderError) in
      if let onEvent { try recorder.record(event, forward: onEvent) } else { try recorder.record(event) }
    }
  }

  mutating func tick(now: Int) {
    reporting { (recorder, _) throws(RecorderError) in try recorder.flush() }
  }

  /// There is nothing to choose.
  mutating func reconfigure(_ policy: Never) {}

  mutating func finish() {
    reporting { (recorder, onEvent) throws(RecorderError) in
      try recorder.finish { event, packet in onEvent?(event, packet) }
    }
  }

  /// The recorder throws at most once.
  private mutating func reporting(
    _ body: (inout SessionRecorder, (@Sendable (SessionEvent, UInt64?) -> Void)?) throws(RecorderError) ->
      Void
  ) {
    do throws(RecorderError) {
      try body(&recorder, onEvent)
    } catch {
      onFailure(error)
    }
  }
}
