import CaptureFile
import SessionEvents

/// Keeps apart sessions that a capture would show with the same two endpoints.
///
/// A TCP session never gets the endpoints of a recent one: its packets would read as that one's continuation (tshark:
/// "port numbers reused"). A UDP session may follow another, but not run beside it.
struct ShownSessions {
  private var tcp = RecentKeys(limit: 65_536)
  private var udp: Set<ShownEndpoints> = []

  /// Finds free endpoints, as near to the wanted ones as can be: only the client's port may become another.
  mutating func claim(_ wanted: ShownEndpoints, _ transport: TransportProtocol) -> ShownEndpoints {
    var shown = wanted
    // One round through all ports, in the end giving up keeping sessions apart.
    for _ in 0..<65_535 {
      if isFree(shown, transport) { break }
      shown.client.port = shown.client.port <= 1024 ? 65_535 : shown.client.port - 1
    }
    switch transport {
    case .tcp: tcp.insert(key(shown))
    case .udp: udp.insert(shown)
    }
    return shown
  }

  mutating func release(_ shown: ShownEndpoints, _ transport: TransportProtocol) {
    if transport == .udp { udp.remove(shown) }
  }

  private func isFree(_ shown: ShownEndpoints, _ transport: TransportProtocol) -> Bool {
    switch transport {
    case .tcp: !tcp.contains(key(shown))
    case .udp: !udp.contains(shown)
    }
  }

  /// A hash in place of the endpoints, to save memory; should two agree, a session only gets another port.
  ///
  /// It is the same in every process, so that recordings can be reproduced, and for both directions.
  private func key(_ shown: ShownEndpoints) -> UInt64 {
    let ends = [shown.client, shown.server].map { end in
      switch end.address {
      case .v4(let value): mixed(UInt64(value), UInt64(end.port))
      case .v6(let high, let low): mixed(mixed(high, low), UInt64(end.port) | 1 << 32)
      }
    }
    return ends[0] &+ ends[1]
  }
}

/// The keys that were inserted last, so many at most.
private struct RecentKeys {
  private let limit: Int
  private var keys: Set<UInt64> = []
  private var order: [UInt64] = []
  private var oldest = 0

  init(limit: Int) {
    self.limit = limit
  }

  func contains(_ key: UInt64) -> Bool { keys.contains(key) }

  mutating func insert(_ key: UInt64) {
    guard keys.insert(key).inserted else { return }
    if order.count < limit {
      order.append(key)
    } else {
      keys.remove(order[oldest])
      order[oldest] = key
      oldest = (oldest + 1) % limit
    }
  }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014) over two words.
func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
  var value = first &* 0x9e37_79b9_7f4a_7c15 &+ second &+ 0x9e37_79b9_7f4a_7c15
  value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
  value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
  return value ^ value >> 31
}
