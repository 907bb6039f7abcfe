import NIOCore
import Testing

@testable import Relay

@Suite struct `Time-out queue` {
  private func at(_ time: UInt64) -> NIODeadline { .uptimeNanoseconds(time) }

  @Test func `gives what is due, in order, and passes over what is not waited for`() {
    var queue = TimeoutQueue<Int>()
    #expect(queue.nextDeadline == nil)
    for (item, time) in [(1, 10), (2, 10), (3, 20), (4, 30)] as [(Int, UInt64)] {
      queue.append(item, deadline: at(time))
    }
    #expect(queue.popDue(at: at(9), isWaitedFor: { _ in true }) == nil)
    #expect(queue.popDue(at: at(10), isWaitedFor: { $0 != 1 }) == 2)
    // What nobody waits for goes before it is due.
    #expect(queue.popDue(at: at(10), isWaitedFor: { $0 != 3 }) == nil)
    #expect(queue.nextDeadline == at(30))
    #expect(queue.popDue(at: at(30), isWaitedFor: { _ in true }) == 4)
    #expect(queue.popDue(at: at(99), isWaitedFor: { _ in true }) == nil)
  }
}
