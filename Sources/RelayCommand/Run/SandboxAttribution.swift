import Relay
import Sandbox
import SessionEvents

/// Finds the processes of a sandbox behind its sockets.
struct SandboxAttribution: ProcessAttribution {
  let owners: SocketOwners

  func process(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint
  ) -> ProcessFacts? {
    guard
      let client = socketEnd(client), let server = socketEnd(originalDestination),
      let owner = owners.owner(socketTransport(transport), client: client, server: server)
    else { return nil }
    return ProcessFacts(uid: owner.uid, pid: owner.pid, name: owner.name, executable: owner.executable)
  }

  private func socketTransport(_ transport: TransportProtocol) -> SocketTransport {
    switch transport {
    case .tcp: .tcp
    case .udp: .udp
    }
  }

  private func socketEnd(_ endpoint: Endpoint) -> SocketEnd? {
    NetworkAddress(bytes: endpoint.address.networkBytes).map { SocketEnd(address: $0, port: endpoint.port) }
  }
}
