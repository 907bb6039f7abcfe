import Inspection
import SessionEvents

/// The names of the hosts that sessions led to, for the name resolution block.
struct HostNameBook {
  /// Addresses that are remembered, the first ones.
  static let addressLimit = 65_536
  /// Names of one address.
  static let nameLimit = 16

  private var names: [IPAddress: [String]] = [:]
  /// In order of coming.
  private var addresses: [IPAddress] = []

  mutating func learn(_ session: SessionSummary) {
    guard session.host.source != .address else { return }
    let address = session.opening.originalDestination.address
    if names[address] == nil {
      guard addresses.count < Self.addressLimit else { return }
      addresses.append(address)
    }
    var known = names[address] ?? []
    guard known.count < Self.nameLimit, !known.contains(session.host.name) else { return }
    known.append(session.host.name)
    names[address] = known
  }

  /// In blocks of so many.
  func blocks(of count: Int = 1_024) -> [[(address: IPAddress, names: [String])]] {
    stride(from: 0, to: addresses.count, by: count).map { start in
      addresses[start..<min(start + count, addresses.count)].map { ($0, names[$0] ?? []) }
    }
  }
}
