import ArgumentParser
import CommandSupport
public import Redirection

extension RulesBackend: ExpressibleByArgument {}

extension RedirectPlan.Names: ExpressibleByArgument {}

/// A mark, as `nft` and `iptables` take it: decimal, or hexadecimal after `0x`.
struct MarkValue: ExpressibleByArgument {
  var mark: UInt32

  init?(argument: String) {
    let isHexadecimal = argument.hasPrefix("0x")
    guard
      let mark = UInt32(isHexadecimal ? argument.dropFirst(2) : argument[...], radix: isHexadecimal ? 16 : 10)
    else { return nil }
    self.mark = mark
  }
}

/// Whose traffic is redirected.
struct SelectionOptions: ParsableArguments {
  @Option(
    name: .customLong("user"), parsing: .singleValue,
    help: ArgumentHelp(
      "Redirect this user's traffic only, by name or id. Repeatable. (default: all users but root)",
      valueName: "user"))
  var users: [String] = []

  @Flag(help: "Redirect root's traffic, too.")
  var allUsers = false

  @Option(
    help: ArgumentHelp(
      """
      Redirect the traffic of this cgroup's processes only, root's or not: a path below the root of cgroup v2. It must \
      exist. A service that restarts gets a new cgroup, so name its slice.
      """, valueName: "path"))
  var cgroup: String?

  func validate() throws {
    let given =
      (users.isEmpty ? [] : ["--user"]) + (allUsers ? ["--all-users"] : [])
      + (cgroup == nil ? [] : ["--cgroup"])
    guard given.count < 2 else {
      throw ValidationError("\(given[0]) and \(given[1]) contradict each other")
    }
  }

  func selection() throws(RulesError) -> RedirectPlan.Selection {
    if let cgroup { return .cgroup(cgroup) }
    if allUsers { return .allUsers }
    if users.isEmpty { return .allButRoot }
    return .users(try users.map { name throws(RulesError) in try UserAccount.uid(of: name) })
  }
}

/// What of it.
struct TrafficOptions: ParsableArguments {
  @Option(
    name: .customLong("port"), parsing: .singleValue,
    help: ArgumentHelp(
      "Redirect this TCP port, with or without TLS, besides 80 and 443. Repeatable.", valueName: "port"))
  var ports: [UInt16] = []

  @Option(
    help: ArgumentHelp(
      """
      Which DNS queries to redirect: nameservers, those to other machines; original, those to a resolver on this machine, \
      too; none. (default: nameservers)
      """, valueName: "queries"))
  var dns: RedirectPlan.Names?

  @Flag(help: "Let QUIC pass, unseen, and with it a VPN over UDP to port 443.")
  var allowQuic = false
}

/// Where the relay is.
struct RelayEndOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The relay's port for TCP. (default: 51080)", valueName: "port"))
  var tcpPort: UInt16?

  @Option(
    help: ArgumentHelp(
      "The relay's port for what was meant for port 443. (default: 51443)", valueName: "port"))
  var tlsPort: UInt16?

  @Option(help: ArgumentHelp("The relay's port for DNS. (default: 51053)", valueName: "port"))
  var dnsPort: UInt16?

  @Option(
    help: ArgumentHelp(
      "The mark of the relay's own connections (SO_MARK). (default: 0x5754)", valueName: "number"))
  var mark: MarkValue?
}

/// The plan of a command line.
struct PlanOptions {
  var selection: SelectionOptions
  var traffic: TrafficOptions
  var relay: RelayEndOptions

  /// Whether any option says what the plan is.
  var areGiven: Bool {
    !selection.users.isEmpty || selection.allUsers || selection.cgroup != nil || !traffic.ports.isEmpty
      || traffic.dns != nil || traffic.allowQuic || relay.tcpPort != nil || relay.tlsPort != nil
      || relay.dnsPort != nil || relay.mark != nil
  }

  func plan() throws(RulesError) -> RedirectPlan {
    var plan = RedirectPlan()
    plan.selection = try selection.selection()
    plan.ports = traffic.ports
    plan.names = traffic.dns ?? plan.names
    plan.allowsQUIC = traffic.allowQuic
    plan.tcpPort = relay.tcpPort ?? plan.tcpPort
    plan.tlsPort = relay.tlsPort ?? plan.tlsPort
    plan.dnsPort = relay.dnsPort ?? plan.dnsPort
    plan.mark = relay.mark?.mark ?? plan.mark
    try plan.check()
    return plan
  }
}

/// What sets the rules.
struct BackendOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The tool for the rules. (default: nft where it is installed, else iptables)", valueName: "tool"))
  var backend: RulesBackend?
}
