import Foundation
import Recorder
import SessionEvents
import TestSupport
import Testing

@Suite struct `Event queue` {
  private static let second = 1_000_000_000

  private func event(_ session: UInt64, _ index: UInt64, byteCount: Int = 0) -> SessionEvent {
    SessionEvent(
      session: SessionID(session), index: index, time: Timestamp(nanoseconds: 0),
      kind: .bytes(.clientToServer, [UInt8](repeating: 1, count: byteCount)))
  }

  /// Runs on a thread of its own, and waits for its end on `join`.
  private final class Worker: Sendable {
    private let done = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () -> Void) {
      let done = done
      Thread.detachNewThread {
        body()
        done.signal()
      }
    }

    func join() { done.wait() }
  }

  @Test func `hands out events in order, many at a time`() {
    let queue = EventQueue()
    let events = (0..<2_000).map { event(1, $0) }
    for event in events { queue.receive(event) }
    #expect(queue.nextBatch(timeout: Self.second) == .events(events))
    #expect(queue.nextBatch(timeout: 0) == .timedOut)
    queue.receive(events[0])
    queue.close()
    #expect(queue.nextBatch(timeout: Self.second) == .events([events[0]]))
    #expect(queue.nextBatch(timeout: Self.second) == .closed)
  }

  @Test func `holds no more than its limits, and loses nothing`() {
    let byteLimit = 64 << 10
    let queue = EventQueue(byteLimit: byteLimit, eventLimit: 40)
    let producers = (1...4 as ClosedRange<UInt64>).map { session in
      Worker {
        for index in 0..<1_000 as Range<UInt64> { queue.receive(event(session, index, byteCount: 3_000)) }
      }
    }
    let closer = Worker {
      for producer in producers { producer.join() }
      queue.close()
    }
    var next: [SessionID: UInt64] = [:]
    var largest = 0
    consume: while true {
      switch queue.nextBatch(timeout: Self.second) {
      case .events(let events):
        largest = max(largest, events.count)
        for event in events {
          #expect(event.index == next[event.session, default: 0])
          next[event.session] = event.index + 1
        }
      case .timedOut: continue
      case .closed: break consume
      }
    }
    closer.join()
    #expect(next == [SessionID(1): 1_000, SessionID(2): 1_000, SessionID(3): 1_000, SessionID(4): 1_000])
    // One event may go over the limit.
    #expect(largest <= byteLimit / 3_000 + 1)
  }

  @Test func `counts the batch that is being worked on as held`() {
    let queue = EventQueue(byteLimit: 10_000)
    for index in 0..<4 as Range<UInt64> { queue.receive(event(1, index, byteCount: 3_000)) }
    guard case .events(let events) = queue.nextBatch(timeout: Self.second) else {
      Issue.record("no batch")
      return
    }
    #expect(events.count == 4)
    let producer = Worker { queue.receive(event(1, 4, byteCount: 3_000)) }
    // The batch before is done with only now; the producer may go on.
    #expect(queue.nextBatch(timeout: 10 * Self.second) == .events([event(1, 4, byteCount: 3_000)]))
    producer.join()
  }

  @Test func `tells that a producer waits, until there is room`() {
    let queue = EventQueue(byteLimit: 1_000)
    queue.receive(event(1, 0, byteCount: 1_000))
    #expect(!queue.isHoldingUp)
    let producer = Worker { queue.receive(event(1, 1, byteCount: 1_000)) }
    let deadline = ContinuousClock.now + .seconds(10)
    while !queue.isHoldingUp, ContinuousClock.now < deadline { sched_yield() }
    #expect(queue.isHoldingUp)
    #expect(queue.nextBatch(timeout: Self.second) == .events([event(1, 0, byteCount: 1_000)]))
    // What was taken is done with only now.
    #expect(queue.nextBatch(timeout: 10 * Self.second) == .events([event(1, 1, byteCount: 1_000)]))
    producer.join()
    #expect(!queue.isHoldingUp)
  }

  @Test func `takes an event larger than its limit`() {
    let queue = EventQueue(byteLimit: 10)
    queue.receive(event(1, 0, byteCount: 1_000))
    #expect(queue.nextBatch(timeout: Self.second) == .events([event(1, 0, byteCount: 1_000)]))
  }

  @Test func `releases producers when it is closed, and counts what it refuses`() {
    let queue = EventQueue(byteLimit: 1_000)
    let producers = (1...3 as ClosedRange<UInt64>).map { session in
      Worker { for index in 0..<10 as Range<UInt64> { queue.receive(event(session, index, byteCount: 900)) } }
    }
    queue.close()
    for producer in producers { producer.join() }
    var taken = 0
    if case .events(let events) = queue.nextBatch(timeout: Self.second) { taken = events.count }
    #expect(queue.refusedEventCount == UInt64(30 - taken))
    #expect(taken <= 1)
  }
}
