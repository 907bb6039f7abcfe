import SessionEvents

/// Finds the session of a packet, whichever way the packet travels.
struct FlowKey: Hashable {
  private let transport: TransportProtocol
  private let lower: Endpoint
  private let upper: Endpoint

  init(_ transport: TransportProtocol, _ one: Endpoint, _ other: Endpoint) {
    self.transport = transport
    (lower, upper) = Self.precedes(one, other) ? (one, other) : (other, one)
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
