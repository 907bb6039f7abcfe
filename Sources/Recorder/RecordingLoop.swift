import Glibc
import SessionEvents
import Synchronization

/// What a recording thread does with what it is given; used by one thread at a time.
protocol RecordingWork: ~Copyable {
  associatedtype Summary: Sendable
  associatedtype Policy: Sendable

  mutating func record(_ event: SessionEvent)
  /// Called about every second, between events; `now` is monotonic, in nanoseconds.
  mutating func tick(now: Int)
  mutating func reconfigure(_ policy: Policy)
  mutating func finish()

  var summary: Summary { get }
  /// All but what the queue knows.
  var statistics: RecordingStatistics { get }
}

/// Takes events from a queue on a thread of its own, until the queue is closed.
final class RecordingLoop<Work: RecordingWork & ~Copyable>: @unchecked Sendable {
  // Sendable: `work` is made by one thread, which starts the recording thread and from then on touches it only after
  // having joined that; the recording thread alone runs it. `shared` has a lock.

  private var work: Work
  private let queue: EventQueue
  private let shared: Mutex<Shared>
  private let thread = Mutex<pthread_t?>(nil)

  private struct Shared {
    var statistics: RecordingStatistics
    var policy: Work.Policy?
  }

  private static var tickInterval: Int { 1_000_000_000 }

  init(_ work: consuming Work, _ queue: EventQueue) {
    self.queue = queue
    shared = Mutex(Shared(statistics: work.statistics))
    self.work = work
  }

  /// Starts the thread; called once.
  func start() {
    var thread = pthread_t()
    // The thread gets a reference of its own, and takes it over in its first line.
    let context = Unmanaged.passRetained(Runner { self.run() }).toOpaque()
    let status = pthread_create(&thread, nil, run(_:), context)
    precondition(status == 0, "pthread_create: error \(status)")
    self.thread.withLock { $0 = thread }
  }

  /// Works off what was received so far and ends the thread; can be called again.
  func finish() -> Work.Summary {
    queue.close()
    return thread.withLock { thread in
      if let running = thread { pthread_join(running, nil) }
      thread = nil
      return work.summary
    }
  }

  /// The policy to follow from the next second on.
  func reconfigure(_ policy: Work.Policy) {
    shared.withLock { $0.policy = policy }
  }

  /// As of the last batch of events; the queue as of now.
  var statistics: RecordingStatistics {
    var statistics = shared.withLock(\.statistics)
    (statistics.queuedEventCount, statistics.queuedByteCount) = queue.depth
    return statistics
  }

  // MARK: On the thread

  private func run() {
    var nextTick = monotonicNanoseconds() + Self.tickInterval
    while true {
      let batch = queue.nextBatch(timeout: max(0, nextTick - monotonicNanoseconds()))
      switch batch {
      case .events(let events):
        for event in events { work.record(event) }
      case .timedOut:
        break
      case .closed:
        work.finish()
        return publish()
      }
      let now = monotonicNanoseconds()
      if now >= nextTick {
        nextTick = now + Self.tickInterval
        if let policy = shared.withLock({ $0.policy.take() }) { work.reconfigure(policy) }
        work.tick(now: now)
      }
      publish()
    }
  }

  private func publish() {
    let statistics = work.statistics
    shared.withLock { $0.statistics = statistics }
  }
}

/// Carries the body of a thread through a C pointer.
private final class Runner {
  let body: () -> Void

  init(_ body: @escaping () -> Void) {
    self.body = body
  }
}

private func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<Runner>.fromOpaque(context).takeRetainedValue().body()
  return nil
}
