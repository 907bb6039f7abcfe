import CLinux
import Glibc
import LinuxSystem

/// The network inside the sandbox: one loopback device on which every address is local.
enum InnerNetwork {
  /// The source where the machine has no address of its own: IPv4's dummy address (RFC 7600 §4.8).
  ///
  /// Without a source, the kernel would take each connection's destination for its source.
  private static let dummyIPv4 = "192.0.0.8"

  /// Where redirected connections arrive: loopback, and the discard-only prefix (RFC 6666), which is no one's.
  ///
  /// The kernel chooses one of the many addresses by the destination. With a single one, two connections from the
  /// same port to different servers would clash there, and the kernel would give one of them another source port:
  /// the recording would show a port that the client never had, and its process could not be found.
  private static let listeningIPv4 = (first: "127.64.0.1", last: "127.127.255.254")
  private static let listeningIPv6 = (prefix: "100::/64", first: "[100::1]", last: "[100::ffff:ffff]")

  /// Brings lo up, and gives it the machine's addresses and the local routes.
  static func configure(_ addresses: HostAddresses, ip: String) throws(SandboxError) {
    let ipv4 = addresses.ipv4?.description ?? dummyIPv4
    var lines = [
      "link set lo up", "addr add \(ipv4)/32 dev lo", "route replace local 0.0.0.0/0 dev lo src \(ipv4)",
    ]
    let hasIPv6 = SystemFiles.line(of: "/proc/sys/net/ipv6/conf/lo/disable_ipv6") == "0"
    if hasIPv6 { lines.append("route replace local \(listeningIPv6.prefix) dev lo") }
    // Only what is routed outside has an IPv6 route inside. To all else a connection fails at once with
    // ENETUNREACH, as it does outside, and a client with both kinds of addresses chooses IPv4 without waiting.
    if hasIPv6, let ipv6 = addresses.ipv6 {
      lines.append("addr add \(ipv6)/128 dev lo nodad")
      lines += addresses.ipv6Routes.map { route in
        "route replace local \(route == "default" ? "::/0" : route) dev lo src \(ipv6)"
      }
    }
    let input = lines.joined(separator: "\n") + "\n"
    try SandboxTool.start(ip, ["-batch", "-"], input: input, stage: .network).finish()
  }

  /// Sends every TCP connection to the relay's listeners, but for those that stay within loopback; and refuses UDP.
  static func startRedirection(
    to sockets: SandboxSockets, hostLoopbackPorts: Set<UInt16>, nft: String
  ) throws(SandboxError) -> SandboxTool {
    var rules = rules(
      "ip", loopback: "127.0.0.0/8", hostLoopbackPorts,
      listener: "\(listeningIPv4.first)-\(listeningIPv4.last):\(port(of: sockets.tcp4))")
    if let tcp6 = sockets.tcp6 {
      rules += Self.rules(
        "ip6", loopback: "::1", hostLoopbackPorts,
        listener: "\(listeningIPv6.first)-\(listeningIPv6.last):\(port(of: tcp6))")
    }
    return try SandboxTool.start(nft, ["-f", "-"], input: rules, stage: .nat)
  }

  /// DNS over TCP goes to the relay even when it goes to a stub resolver on loopback, as 127.0.0.53.
  ///
  /// Every address is local here, so that a UDP datagram to a port which the command itself has bound would come
  /// back to it (NTP's 123, a game's own port). The redirection to port 1, where nobody listens, makes the kernel
  /// answer each with "port unreachable" instead, from the address that was asked.
  private static func rules(
    _ family: String, loopback: String, _ hostLoopbackPorts: Set<UInt16>, listener: String
  ) -> String {
    let relayed = hostLoopbackPorts.union([53]).sorted().map(String.init).joined(separator: ", ")
    return """
      table \(family) wiretape {
        chain output {
          type nat hook output priority -100; policy accept;
          \(family) daddr \(loopback) tcp dport != { \(relayed) } accept
          meta l4proto tcp dnat to \(listener)
          \(family) daddr \(loopback) accept
          udp dport != 53 redirect to :1
        }
      }

      """
  }

  /// Makes the redirection last as long as a connection does.
  ///
  /// The kernel forgets a translated connection a minute after one side has closed its direction, and what the other
  /// side then says goes astray. Where the times cannot be changed (a container's read-only /proc/sys), keep-alive
  /// probes on the accepted connections remind it.
  static func keepHalfClosedConnections(of sockets: SandboxSockets) {
    let sameAsEstablished = "432000"
    let areSet = ["fin_wait", "close_wait"].map { state in
      SystemFiles.write(
        sameAsEstablished, toExisting: "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_\(state)")
    }
    guard areSet.contains(false) else { return }
    for listener in [sockets.tcp4, sockets.tcp6].compactMap(\.self) {
      clinux_keep_alive(listener, 25)
    }
  }

  // MARK: Sockets

  /// The relay's sockets; those of IPv6 are nil where the system has none.
  static func openSockets() throws(SandboxError) -> SandboxSockets {
    let dns = 53 as UInt16
    guard let tcp4 = try listener("0.0.0.0"), let dns4 = try datagramSocket("0.0.0.0", dns) else {
      throw .systemCall(name: "socket", stage: .sockets, errno: EAFNOSUPPORT)
    }
    let diagnostics = clinux_diagnostics_socket()
    guard diagnostics >= 0 else {
      throw .systemCall(name: "socket NETLINK_SOCK_DIAG", stage: .sockets, errno: errno)
    }
    return SandboxSockets(
      tcp4: tcp4, tcp6: try listener("::"), dns4: dns4, dns6: try datagramSocket("::", dns),
      diagnostics: diagnostics)
  }

  /// A listener where the redirection leads, on an ephemeral port.
  ///
  /// The command cannot want that port for itself: one that it asks for by number lies elsewhere, and one that the
  /// kernel chooses for it is free.
  private static func listener(_ address: String) throws(SandboxError) -> Int32? {
    guard let socket = try boundSocket(SOCK_STREAM, address, 0) else { return nil }
    guard listen(socket, 4096) == 0 else {
      throw .systemCall(name: "listen \(address)", stage: .sockets, errno: errno)
    }
    return socket
  }

  private static func datagramSocket(_ address: String, _ port: UInt16) throws(SandboxError) -> Int32? {
    guard let socket = try boundSocket(SOCK_DGRAM, address, port) else { return nil }
    guard clinux_receive_packet_info(socket, address.contains(":") ? AF_INET6 : AF_INET) == 0 else {
      throw .systemCall(name: "setsockopt IP_PKTINFO", stage: .sockets, errno: errno)
    }
    return socket
  }

  private static func boundSocket(
    _ type: __socket_type, _ address: String, _ port: UInt16
  ) throws(SandboxError) -> Int32? {
    guard let address = NetworkAddress(address) else { return nil }
    let flags = SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
    let socket = Glibc.socket(address.family, Int32(type.rawValue | flags), 0)
    if socket >= 0 {
      if !address.isIPv4 { clinux_set_v6_only(socket) }
      if SocketEnd(address: address, port: port).withSocketAddress({ bind(socket, $0, $1) }) == 0 {
        return socket
      }
    }
    let code = errno
    if socket >= 0 { close(socket) }
    // No IPv6 in this kernel, or disabled on lo.
    if !address.isIPv4, code == EAFNOSUPPORT || code == EADDRNOTAVAIL { return nil }
    throw .systemCall(name: "bind \(SocketEnd(address: address, port: port))", stage: .sockets, errno: code)
  }

  private static func port(of socket: Int32) -> UInt16 {
    SocketEnd.local(of: socket)?.port ?? 0
  }

  // MARK: Trial

  /// Connects to an address that no machine has, and looks at where the connection arrives.
  static func verifyRedirection(to sockets: SandboxSockets) throws(SandboxError) {
    guard let address = NetworkAddress("198.51.100.1") else { return }
    let goal = SocketEnd(address: address, port: 443)
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(client) }
    guard goal.withSocketAddress({ connect(client, $0, $1) }) == 0 else {
      throw .systemCall(name: "connect through the redirection", stage: .nat, errno: errno)
    }
    let arrived = accept(sockets.tcp4, nil, nil)
    guard arrived >= 0 else {
      throw .systemCall(name: "accept of a redirected connection", stage: .nat, errno: errno)
    }
    defer { close(arrived) }
    guard SocketEnd.originalDestination(of: arrived, family: AF_INET) == goal else {
      throw .systemCall(name: "getsockopt SO_ORIGINAL_DST", stage: .nat, errno: errno)
    }
  }
}
