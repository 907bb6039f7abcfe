/// What of this machine's own traffic goes to the relay, and where the relay listens.
///
/// Forwarded traffic is never touched, nor what goes to this machine itself, but for `names`.
package struct RedirectPlan: Hashable, Sendable {
  /// The default of every listener, and of the mark.
  package enum Default {
    package static let tcpPort: UInt16 = 51_080
    package static let tlsPort: UInt16 = 51_443
    package static let dnsPort: UInt16 = 51_053
    /// "WT".
    package static let mark: UInt32 = 0x5754
  }

  /// Whose traffic.
  ///
  /// What belongs to no program, as the packets of a tunnel in the kernel, is never taken.
  package enum Selection: Hashable, Sendable {
    case allButRoot
    case allUsers
    /// Only these users, by id.
    case users([UInt32])
    /// Only the processes below this cgroup v2, a path from the root of its hierarchy.
    case cgroup(String)
  }

  /// Which DNS queries.
  package enum Names: String, Hashable, Sendable, CaseIterable {
    /// The relay asks servers of its own choice. A resolver on this machine is left alone: its own queries are
    /// redirected like anyone's, and had it the relay's for its own, nothing would end.
    case nameservers
    /// Each query goes on to the server that it was meant for, so those to a resolver on this machine are taken, too.
    case original
    case none
  }

  /// Where the relay takes redirected TCP, but for port 443.
  package var tcpPort = Default.tcpPort
  /// Where it takes what was meant for port 443.
  package var tlsPort = Default.tlsPort
  /// Where it takes DNS, over UDP and TCP.
  package var dnsPort = Default.dnsPort
  /// The mark of the relay's own sockets (SO_MARK), which are never redirected.
  package var mark = Default.mark
  package var selection = Selection.allButRoot
  /// TCP ports that are redirected besides 80 and 443.
  ///
  /// They go to `tcpPort`, where TLS is recognised as well.
  package var ports: [UInt16] = []
  package var names = Names.nameservers
  /// Whether UDP to port 443 may pass.
  ///
  /// It is refused otherwise, at once, so that programs fall back to TCP.
  package var allowsQUIC = false

  package init() {}
}

extension RedirectPlan {
  /// All TCP ports that go to `tcpPort`, in order.
  var plainPorts: [UInt16] { Set(ports + [80]).subtracting([443]).sorted() }

  /// Throws where the plan contradicts itself.
  package func check() throws(RulesError) {
    guard mark != 0 else {
      throw .contradiction("mark 0 is what every socket has, so that nothing would be redirected")
    }
    let listeners = [tcpPort, tlsPort, dnsPort]
    guard !listeners.contains(0), Set(listeners).count == listeners.count else {
      throw .contradiction(
        "the relay's ports \(tcpPort) (TCP), \(tlsPort) (TLS) and \(dnsPort) (DNS) must differ, and not be 0")
    }
    guard !ports.contains(0) else { throw .contradiction("there is no port 0") }
    guard !ports.contains(53) else {
      throw .contradiction("port 53 is DNS, which the choice of DNS queries redirects or not")
    }
    switch selection {
    case .allButRoot, .allUsers: return
    case .users(let users):
      guard !users.isEmpty else { throw .contradiction("no user is selected") }
    case .cgroup(let path):
      try CgroupPath.check(path)
    }
  }
}
