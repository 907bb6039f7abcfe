/// What one packet does to a proof.
struct PacketEffect {
  /// What differs, if anything.
  var difference: Difference.Kind?
  var packet: UInt64 = 0
  /// By how much packets stand further back from here on than when they were recorded.
  var shift: Int64 = 0
  /// Whether that cannot be told.
  var isUnclear = false

  init() {}

  /// Says what differs, unless something was said already.
  mutating func place(_ kind: Difference.Kind, _ number: UInt64) {
    guard difference == nil else { return }
    difference = kind
    packet = number
  }

  init(_ difference: Difference.Kind, _ packet: UInt64, shift: Int64 = 0) {
    self.difference = difference
    self.packet = packet
    self.shift = shift
  }
}
