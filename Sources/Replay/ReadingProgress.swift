import Synchronization

/// How many bytes of captures were read so far; from any thread.
public final class ReadingProgress: Sendable {
  private let count = Atomic<UInt64>(0)

  public init() {}

  public var byteCount: UInt64 { count.load(ordering: .relaxed) }

  /// Adds what was read again.
  public func add(_ byteCount: UInt64) { count.wrappingAdd(byteCount, ordering: .relaxed) }
}
