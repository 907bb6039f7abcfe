/// A line of a golden, or what stands there now: an exchange, or a remark on the recording.
struct CanonicalLine: Hashable, Sendable {
  /// Canonical JSON, without a newline.
  var bytes: [UInt8]
  /// Where it is from in the recording at hand; nil in a golden, and for remarks.
  var session: UInt64?
  var index: Int?
  var packet: UInt64?
}
