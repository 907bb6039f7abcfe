public import SessionEvents

/// The name under which a server is asked for, and must prove itself.
public enum PeerName: Hashable, Sendable {
  case host(String)
  case address(IPAddress)

  /// The server name that the client sent, which some send as an address; without one, where the client connected to.
  public init(serverName: String?, destination: IPAddress) {
    guard let serverName else {
      self = .address(destination)
      return
    }
    self = IPAddress(serverName).map(PeerName.address) ?? .host(serverName)
  }
}

extension PeerName: CustomStringConvertible {
  public var description: String {
    switch self {
    case .host(let name): name
    case .address(let address): address.description
    }
  }
}
