/// When a recording is followed by the next, and how many are kept.
public struct RotationPolicy: Hashable, Sendable {
  /// The bytes, of capture and sidecar together, after which a recording takes no new sessions; nil for any number.
  public var size: UInt64?
  /// The time after which a recording that is not empty takes no new sessions; nil for any time.
  public var interval: Duration?
  /// The bytes that all recordings in the directory may have together; nil for any number.
  ///
  /// The oldest closed recordings are deleted for it. A recording is never larger than a quarter of it before the next
  /// begins, so that the open ones leave room.
  public var maximumTotal: UInt64?

  public init(size: UInt64? = nil, interval: Duration? = nil, maximumTotal: UInt64? = nil) {
    self.size = size
    self.interval = interval
    self.maximumTotal = maximumTotal
  }

  /// After how many bytes a recording takes no new sessions, by `size` and `maximumTotal`.
  var sizeLimit: UInt64 { min(size ?? .max, maximumTotal.map { max($0 / 4, Self.leastSize) } ?? .max) }

  /// No quota makes recordings smaller than this.
  private static let leastSize: UInt64 = 64 << 10

  /// After how many bytes a recording has to end that takes no new sessions any more.
  var retiredSizeLimit: UInt64 {
    let (product, overflow) = sizeLimit.multipliedReportingOverflow(by: 2)
    return overflow ? .max : product
  }
}
