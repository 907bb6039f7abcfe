import Glibc
public import SessionEvents

/// Carries events from the threads that produce them to the one that records them, in bounded memory.
///
/// A full queue blocks its producers: nothing is dropped, a slow disk makes the relay read slower. The consumer is
/// woken seldom: when a batch is worth it, or when it fell asleep for want of events; while some come, it looks for them
/// every 10 ms by itself, so that whoever relays them need not wake it.
public final class EventQueue: SessionSink, @unchecked Sendable {
  // Sendable: every stored property that changes is read and written with `lock` held, see `withLock`; the
  // conditions are waited for with it held, too, and have no state of their own.

  /// What the consumer gets.
  public enum Batch: Hashable, Sendable {
    case events([SessionEvent])
    /// Nothing came in time.
    case timedOut
    /// The queue is closed and empty.
    case closed
  }

  private let byteLimit: Int
  private let eventLimit: Int
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let hasWork = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let hasRoom = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private var events: [SessionEvent] = []
  private var queuedByteCount = 0
  /// Of the batch that the consumer works on, whose memory is not free yet.
  private var takenByteCount = 0
  private var takenEventCount = 0
  private var isClosed = false
  /// Whether the consumer waits for a first event, and must be woken for it.
  private var isConsumerAsleep = false
  /// Of producers that wait for room.
  private var waiterCount = 0
  private var refusedCount: UInt64 = 0

  /// The memory of an event beside its bytes, roughly.
  private static let eventOverhead = 256
  /// A batch of this size is handed over at once, a smaller one lingers.
  private static let worthwhileByteCount = 512 << 10
  private static let worthwhileEventCount = 512
  private static let lingerNanoseconds = 10_000_000

  /// A queue that holds up to `byteLimit` bytes, exceeded by one event at most, and up to `eventLimit` events.
  public init(byteLimit: Int = 8 << 20, eventLimit: Int = 65_536) {
    self.byteLimit = byteLimit
    self.eventLimit = eventLimit
    pthread_mutex_init(lock, nil)
    pthread_cond_init(hasRoom, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(hasWork, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(hasRoom)
    pthread_cond_destroy(hasWork)
    pthread_mutex_destroy(lock)
    hasRoom.deallocate()
    hasWork.deallocate()
    lock.deallocate()
  }

  /// Adds an event; blocks while the queue is full.
  ///
  /// Once the queue is closed, events are counted and dropped.
  public func receive(_ event: SessionEvent) {
    let byteCount = Self.byteCount(event)
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while isFull, !isClosed {
      waiterCount += 1
      pthread_cond_wait(hasRoom, lock)
      waiterCount -= 1
    }
    guard !isClosed else {
      refusedCount += 1
      return
    }
    let wasWorthwhile = isWorthwhile
    events.append(event)
    queuedByteCount += byteCount
    if isConsumerAsleep || isWorthwhile && !wasWorthwhile || isFull {
      isConsumerAsleep = false
      pthread_cond_signal(hasWork)
    }
  }

  /// The next events in order, at least one; waits `timeout` nanoseconds at most.
  ///
  /// Only one thread may call it. Asking for a batch says that the one before is done with.
  public func nextBatch(timeout nanoseconds: Int) -> Batch {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    takenByteCount = 0
    takenEventCount = 0
    pthread_cond_broadcast(hasRoom)
    let deadline = monotonicNanoseconds() + nanoseconds
    linger(until: deadline)
    if events.isEmpty, sleep(until: deadline) { linger(until: .max) }
    guard !events.isEmpty else { return isClosed ? .closed : .timedOut }
    takenByteCount = queuedByteCount
    takenEventCount = events.count
    queuedByteCount = 0
    var batch: [SessionEvent] = []
    swap(&batch, &events)
    return .events(batch)
  }

  /// Takes no more events, and releases producers that wait; what is queued is still handed out.
  public func close() {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    isClosed = true
    pthread_cond_broadcast(hasRoom)
    pthread_cond_broadcast(hasWork)
  }

  /// The events that are queued or being worked on, and the memory that they take, roughly.
  public var depth: (eventCount: Int, byteCount: Int) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return (events.count + takenEventCount, queuedByteCount + takenByteCount)
  }

  /// Whether a producer waits for room.
  public var isHoldingUp: Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return waiterCount > 0
  }

  /// How many events came after the queue was closed.
  public var refusedEventCount: UInt64 {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return refusedCount
  }

  // MARK: With the lock held

  private var isFull: Bool {
    let eventCount = events.count + takenEventCount
    return eventCount > 0 && (queuedByteCount + takenByteCount >= byteLimit || eventCount >= eventLimit)
  }

  private var isWorthwhile: Bool {
    queuedByteCount >= Self.worthwhileByteCount || events.count >= Self.worthwhileEventCount
  }

  /// Lets events gather for a while, unless they are worth a batch before.
  private func linger(until deadline: Int) {
    waitForWork(until: min(deadline, monotonicNanoseconds() + Self.lingerNanoseconds)) {
      !self.isWorthwhile && !self.isFull
    }
  }

  /// Waits for a first event; false if none came.
  private func sleep(until deadline: Int) -> Bool {
    isConsumerAsleep = true
    defer { isConsumerAsleep = false }
    waitForWork(until: deadline) { self.events.isEmpty }
    return !events.isEmpty
  }

  private func waitForWork(until deadline: Int, while condition: () -> Bool) {
    var time = timespec(tv_sec: deadline / 1_000_000_000, tv_nsec: deadline % 1_000_000_000)
    while condition(), !isClosed {
      if pthread_cond_timedwait(hasWork, lock, &time) == ETIMEDOUT { return }
    }
  }

  private static func byteCount(_ event: SessionEvent) -> Int {
    switch event.kind {
    case .bytes(_, let bytes), .datagram(_, let bytes), .clientHello(let bytes):
      bytes.count + eventOverhead
    case .opened, .secured, .bypassed, .gap, .conflict, .halfClosed, .closed:
      eventOverhead
    }
  }
}

func monotonicNanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
