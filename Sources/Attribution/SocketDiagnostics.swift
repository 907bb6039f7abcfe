import CLinux
import Glibc
import SessionEvents

/// A socket as the kernel knows it.
struct FoundSocket {
  /// Zero for one that no process holds any more.
  var inode: UInt32
  var uid: UInt32
}

/// Asks the kernel for sockets by their two ends (sock_diag(7)), in one network namespace.
///
/// Owns its netlink socket. A question costs about three microseconds.
struct SocketDiagnostics: ~Copyable {
  private let netlink: Int32

  /// Takes over a blocking NETLINK_SOCK_DIAG socket.
  init(taking netlink: Int32) {
    self.netlink = netlink
  }

  deinit {
    close(netlink)
  }

  /// The socket from `client` to `server` (before any redirection); nil where there is none, or whose it was is lost.
  func socket(_ transport: TransportProtocol, client: Endpoint, server: Endpoint) -> FoundSocket? {
    let client = client.unmapped
    let server = server.unmapped
    guard client.address.isIPv4 == server.address.isIPv4 else { return nil }
    let clientEnd = SocketEnd(client)
    let serverEnd = SocketEnd(server)
    var facts = clinux_socket_facts()
    // For UDP, sock_diag looks the pair up as that of a datagram which arrives: its source is the remote end.
    let isFound =
      switch transport {
      case .tcp: ask(local: clientEnd, remote: serverEnd, IPPROTO_TCP, &facts)
      case .udp: ask(local: serverEnd, remote: clientEnd, IPPROTO_UDP, &facts)
      }
    guard isFound, isMatch(facts, transport, clientEnd, serverEnd) else { return nil }
    // The kernel says 0 for the owner, too, of what is left of a closed connection (TIME_WAIT; before Linux 6.17, of
    // any closed one). Then it need not be root's.
    guard facts.inode != 0 || facts.uid != 0 else { return nil }
    return FoundSocket(inode: facts.inode, uid: facts.uid)
  }

  private func ask(
    local: SocketEnd, remote: SocketEnd, _ number: Int, _ facts: inout clinux_socket_facts
  ) -> Bool {
    clinux_find_socket(
      netlink, local.address.count == 4 ? AF_INET : AF_INET6, Int32(number), local.address, local.port,
      remote.address, remote.port, &facts) == 0
  }

  /// The kernel answers with the best match, as for a packet that arrives: perhaps a listener, or another's socket.
  private func isMatch(
    _ facts: clinux_socket_facts, _ transport: TransportProtocol, _ client: SocketEnd, _ server: SocketEnd
  ) -> Bool {
    let mayBeOpen = transport == .udp
    return facts.localPort == client.port
      && (facts.remotePort == server.port || (mayBeOpen && facts.remotePort == 0))
      && isMatch(facts.local, facts.family, client.address, mayBeOpen: mayBeOpen)
      && isMatch(facts.remote, facts.family, server.address, mayBeOpen: mayBeOpen)
  }

  /// Whether the socket's address is this one, in its IPv4-mapped form too (RFC 4291 §2.5.5.2), or, for a UDP socket
  /// that is not bound or connected, any.
  private func isMatch<Bytes>(_ found: Bytes, _ family: Int32, _ address: [UInt8], mayBeOpen: Bool) -> Bool {
    withUnsafeBytes(of: found) { found in
      let found = found.prefix(family == AF_INET ? 4 : 16)
      if mayBeOpen, found.allSatisfy({ $0 == 0 }) { return true }
      guard found.suffix(address.count).elementsEqual(address) else { return false }
      return found.dropLast(address.count).elementsEqual(
        Self.mappedPrefix.suffix(found.count - address.count))
    }
  }

  private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
}

/// An endpoint as netlink has it: in network byte order.
private struct SocketEnd {
  var address: [UInt8]
  var port: UInt16

  init(_ endpoint: Endpoint) {
    address = endpoint.address.networkBytes
    port = endpoint.port.bigEndian
  }
}

extension Endpoint {
  fileprivate var unmapped: Endpoint { Endpoint(address: address.unmapped, port: port) }
}

extension IPAddress {
  /// Of an IPv4-mapped address the IPv4 address, which is what travels; else itself.
  fileprivate var unmapped: IPAddress {
    guard case .v6(0, let low) = self, low >> 32 == 0xffff else { return self }
    return .v4(UInt32(truncatingIfNeeded: low))
  }
}
