/// One rule of a plan, in the terms of neither backend.
struct PlannedRule: Hashable {
  enum Action: Hashable {
    /// What carries the relay's mark goes out as it is.
    case passMark(UInt32)
    /// What goes to this machine itself is left alone.
    case passLocal
    /// The selected traffic to these ports goes to the relay's port.
    case redirect(Transport, ports: [UInt16], to: UInt16)
    /// The selected UDP to this port is refused, as by a port where nobody listens.
    case refuse(UInt16)
  }

  enum Transport: String {
    case tcp
    case udp
  }

  var action: Action
  /// What an administrator should know before this rule; empty when the rule before it says it already.
  var note = ""
}

/// The rules at one place where the kernel hands out packets that this machine sends.
struct PlannedChain: Hashable {
  enum Place: String, CaseIterable {
    /// Where new connections get another destination.
    case redirection = "nat"
    /// Where packets may be refused.
    case refusal = "filter"
  }

  var place: Place
  var rules: [PlannedRule]
}

extension RedirectPlan {
  /// In the order in which the kernel shall try them.
  var chains: [PlannedChain] {
    allowsQUIC ? [redirection] : [redirection, refusal]
  }

  private var passMark: PlannedRule {
    PlannedRule(
      action: .passMark(mark), note: "The relay's own connections, known by its mark, go out as they are.")
  }

  private var redirection: PlannedChain {
    let plain = PlannedRule(
      action: .redirect(.tcp, ports: plainPorts, to: tcpPort),
      note: "Of the rest, the traffic of \(selection.words):")
    let tls = PlannedRule(action: .redirect(.tcp, ports: [443], to: tlsPort))
    let dns = [PlannedRule.Transport.udp, .tcp].map {
      PlannedRule(action: .redirect($0, ports: [53], to: dnsPort))
    }
    var passLocal = PlannedRule(
      action: .passLocal, note: "What goes to this machine itself is left alone.")
    switch names {
    case .none:
      return PlannedChain(place: .redirection, rules: [passMark, passLocal, plain, tls])
    case .nameservers:
      return PlannedChain(place: .redirection, rules: [passMark, passLocal, plain, tls] + dns)
    case .original:
      passLocal.note = "Whatever else goes to this machine itself is left alone."
      var first = dns
      first[0].note = "The DNS queries of \(selection.words), also to a resolver on this machine:"
      return PlannedChain(place: .redirection, rules: [passMark] + first + [passLocal, plain, tls])
    }
  }

  private var refusal: PlannedChain {
    PlannedChain(
      place: .refusal,
      rules: [
        PlannedRule(action: .passMark(mark)), PlannedRule(action: .passLocal),
        PlannedRule(
          action: .refuse(443), note: "QUIC is refused at once, so that programs fall back to TCP."),
      ])
  }
}

extension RedirectPlan.Selection {
  /// Whose traffic.
  fileprivate var words: String {
    switch self {
    case .allButRoot: "all users but root"
    case .allUsers: "all users"
    case .users(let users):
      (users.count == 1 ? "user " : "users ") + Set(users).sorted().map(String.init).joined(separator: ", ")
    case .cgroup(let path): "the processes of cgroup \(path)"
    }
  }
}
