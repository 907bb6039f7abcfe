import LinuxSystem

/// Whether anybody takes what the rules send to the relay.
package enum RelayListeners {
  /// The relay's ports, as `TCP 51080`, where nobody listens in this network namespace.
  package static func missing(_ plan: RedirectPlan) -> [String] {
    var wanted = [("tcp", plan.tcpPort), ("tcp", plan.tlsPort)]
    if plan.names != .none { wanted += [("udp", plan.dnsPort), ("tcp", plan.dnsPort)] }
    let taken = ["tcp": ports("tcp"), "udp": ports("udp")]
    return wanted.filter { taken[$0.0]?.contains($0.1) != true }.map { "\($0.0.uppercased()) \($0.1)" }
  }

  /// Ports that are listened on, of either address family.
  ///
  /// proc_net_tcp(5): number, local address and port, remote ones, state; 0A is LISTEN, 07 a socket of UDP that takes
  /// datagrams from anyone.
  private static func ports(_ transport: String) -> Set<UInt16> {
    let state = transport == "tcp" ? "0A" : "07"
    let files = ["/proc/net/\(transport)", "/proc/net/\(transport)6"]
    let lines = files.flatMap { (SystemFiles.contents(of: $0) ?? []).split(separator: 0x0a).dropFirst() }
    return Set(
      lines.compactMap { line in
        let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count > 3, fields[3] == state else { return nil }
        return fields[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
      })
  }
}
