import SessionEvents

/// Finds the session of a packet, whichever way the packet travels.
///
/// It is five plain numbers, since keys are compared and hashed for every packet.
struct FlowKey: Hashable {
  /// The ports, the transport, and which of the addresses are IPv6.
  private let ports: UInt64
  private let lowerHigh: UInt64
  private let lowerLow: UInt64
  private let upperHigh: UInt64
  private let upperLow: UInt64

  init(_ transport: TransportProtocol, _ one: Endpoint, _ other: Endpoint) {
    let (lower, upper) = Self.precedes(one, other) ? (one, other) : (other, one)
    (lowerHigh, lowerLow) = Self.words(of: lower.address)
    (upperHigh, upperLow) = Self.words(of: upper.address)
    ports =
      UInt64(lower.port) << 48 | UInt64(upper.port) << 32 | (lower.address.isIPv4 ? 0 : 4)
      | (upper.address.isIPv4 ? 0 : 2) | (transport == .tcp ? 0 : 1)
  }

  /// The key's hash in a table that has this seed; without knowing the seed, nobody can choose keys that meet.
  func hash(seed: UInt64) -> UInt64 {
    var hash = seed
    hash = Self.mix(hash, ports)
    hash = Self.mix(hash, lowerHigh)
    hash = Self.mix(hash, lowerLow)
    hash = Self.mix(hash, upperHigh)
    return Self.mix(hash, upperLow)
  }

  /// Every bit of the product's middle depends on all of the factors' bits; the multiplier is odd and otherwise arbitrary.
  private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return (product.high ^ product.low) &+ hash
  }

  private static func words(of address: IPAddress) -> (UInt64, UInt64) {
    switch address {
    case .v4(let value): (0, UInt64(value))
    case .v6(let high, let low): (high, low)
    }
  }

  private static func precedes(_ one: Endpoint, _ other: Endpoint) -> Bool {
    if one.port != other.port { return one.port < other.port }
    switch (one.address, other.address) {
    case (.v4(let left), .v4(let right)): return left <= right
    case (.v6(let leftHigh, let leftLow), .v6(let rightHigh, let rightLow)):
      return (leftHigh, leftLow) <= (rightHigh, rightLow)
    case (.v4, .v6): return true
    case (.v6, .v4): return false
    }
  }
}
