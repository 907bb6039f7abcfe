/// Which way bytes travel in a session.
public enum Direction: Hashable, Sendable, CaseIterable {
  case clientToServer
  case serverToClient

  /// The party that sends in this direction.
  public var sender: Party {
    switch self {
    case .clientToServer: .client
    case .serverToClient: .server
    }
  }

  public var opposite: Direction {
    switch self {
    case .clientToServer: .serverToClient
    case .serverToClient: .clientToServer
    }
  }
}

/// One of the two ends of a session: who opened it, and who accepted it.
public enum Party: String, Hashable, Sendable, CaseIterable {
  case client
  case server
}

/// What carries a session.
public enum TransportProtocol: String, Hashable, Sendable, CaseIterable {
  case tcp
  case udp
}
