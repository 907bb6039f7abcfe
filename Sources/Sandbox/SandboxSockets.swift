import Glibc

/// The sockets that were opened inside the sandbox, non-blocking and close-on-exec.
///
/// Whoever takes them closes them.
public struct SandboxSockets: Hashable, Sendable {
  /// Listens for IPv4; SO_ORIGINAL_DST of an accepted connection is where the client meant to go.
  public var tcp4: Int32
  /// Listens for IPv6; nil where the system has no IPv6.
  public var tcp6: Int32?
  /// A UDP socket on 0.0.0.0:53; IP_PKTINFO is on, and a reply must carry it back as its source.
  public var dns4: Int32
  /// A UDP socket on [::]:53, IPv6 only, with IPV6_RECVPKTINFO; nil where the system has no IPv6.
  public var dns6: Int32?
  /// A NETLINK_SOCK_DIAG socket of the sandbox, to tell whose its sockets are; blocking.
  public var diagnostics: Int32
}

extension SandboxSockets {
  /// From the order in which the launcher sends them.
  init(_ descriptors: [Int32], _ readiness: Readiness) {
    var rest = descriptors[...]
    tcp4 = rest.popFirst() ?? -1
    dns4 = rest.popFirst() ?? -1
    diagnostics = rest.popFirst() ?? -1
    tcp6 = readiness.hasTCP6 ? rest.popFirst() : nil
    dns6 = readiness.hasDNS6 ? rest.popFirst() : nil
  }

  var all: [Int32] { [tcp4, dns4, diagnostics] + [tcp6, dns6].compactMap(\.self) }

  func close() {
    for descriptor in all { Glibc.close(descriptor) }
  }
}
