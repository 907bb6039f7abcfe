import Synchronization

/// How DNS fares with the nameservers, beside what sessions tell.
public struct DNSReadings: Hashable, Sendable {
  /// Queries that were sent again, to the same server or the next.
  public var retryCount: UInt64
  /// Tries that no server answered in time.
  public var timeoutCount: UInt64
  /// Queries that no server answered, so that the client was told SERVFAIL.
  public var unansweredCount: UInt64
  /// Messages from a nameserver that answered no query, or another one, and were dropped.
  public var mismatchCount: UInt64
  /// Queries that were dropped because too many were under way.
  public var droppedCount: UInt64
  /// Queries that were told SERVFAIL because the same question was under way too often.
  public var loopCount: UInt64
  /// Datagrams that were dropped because they were sent to the relay itself.
  public var unredirectedCount: UInt64
}

/// Counts for `DNSReadings`.
final class DNSCounters: Sendable {
  private let retries = Atomic<UInt64>(0)
  private let timeouts = Atomic<UInt64>(0)
  private let unanswered = Atomic<UInt64>(0)
  private let mismatches = Atomic<UInt64>(0)
  private let dropped = Atomic<UInt64>(0)
  private let loops = Atomic<UInt64>(0)
  private let unredirected = Atomic<UInt64>(0)

  var readings: DNSReadings {
    DNSReadings(
      retryCount: retries.load(ordering: .relaxed), timeoutCount: timeouts.load(ordering: .relaxed),
      unansweredCount: unanswered.load(ordering: .relaxed),
      mismatchCount: mismatches.load(ordering: .relaxed),
      droppedCount: dropped.load(ordering: .relaxed), loopCount: loops.load(ordering: .relaxed),
      unredirectedCount: unredirected.load(ordering: .relaxed))
  }

  func countRetry() { retries.add(1, ordering: .relaxed) }
  func countTimeout() { timeouts.add(1, ordering: .relaxed) }
  func countUnanswered() { unanswered.add(1, ordering: .relaxed) }
  func countMismatch() { mismatches.add(1, ordering: .relaxed) }
  func countDropped() { dropped.add(1, ordering: .relaxed) }
  func countLoop() { loops.add(1, ordering: .relaxed) }
  func countUnredirected() { unredirected.add(1, ordering: .relaxed) }
}
