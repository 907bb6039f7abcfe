/// The sockets that were opened inside the sandbox, non-blocking and close-on-exec.
///
/// Whoever takes them closes them.
public struct SandboxSockets: Hashable, Sendable {
  /// Listens on 127.0.0.1; SO_ORIGINAL_DST of an accepted connection is where the client meant to go.
  public var tcp4: Int32
  /// Listens on ::1; nil where the system has no IPv6.
  public var tcp6: Int32?
  /// A UDP socket on 0.0.0.0:53; IP_PKTINFO is on, and a reply must carry it back as its source.
  public var dns4: Int32
  /// A UDP socket on [::]:53, IPv6 only, with IPV6_RECVPKTINFO; nil where the system has no IPv6.
  public var dns6: Int32?
  /// A NETLINK_SOCK_DIAG socket of the sandbox, for `SocketOwners`; blocking.
  public var diagnostics: Int32
}
