import LinuxSystem
import Redirection

/// What the tests tell the probe, as `KEY=VALUE`.
struct ProbeOptions {
  var plan = RedirectPlan()
  var backend: RulesBackend?
  var tools = ToolSearch()
  var hasIPv6 = HostFamilies.hasIPv6
  var token: String?
  var scope = RulesRemoval.Scope.everyones
  /// Milliseconds between two looks of the guard.
  var interval: Int32 = 20
  /// Whether the status is compared with the plan.
  var isCompared = false

  init(_ arguments: [String]) {
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      take(parts[0], parts.count > 1 ? parts[1] : "")
    }
  }

  private mutating func take(_ key: String, _ value: String) {
    switch key {
    case "backend": backend = RulesBackend(rawValue: value)
    case "users": plan.selection = .users(value.split(separator: ",").compactMap { UInt32($0) })
    case "all": plan.selection = .allUsers
    case "cgroup": plan.selection = .cgroup(value)
    case "port": plan.ports += UInt16(value).map { [$0] } ?? []
    case "dns": plan.names = .init(rawValue: value) ?? .none
    case "quic": plan.allowsQUIC = true
    case "tcp-port": plan.tcpPort = UInt16(value) ?? 0
    case "mark": plan.mark = UInt32(value) ?? 0
    case "tools": tools = ToolSearch(directories: [value])
    case "ipv6": hasIPv6 = value == "yes"
    case "services": scope = .ofServices
    case "interval": interval = Int32(value) ?? 0
    case "token": token = value
    case "compared": isCompared = true
    default: RedirectionProbe.say("unknown option \(key)")
    }
  }

  func rules() throws(RulesError) -> Rules {
    try Rules(plan, backend: backend, tools: tools, hasIPv6: hasIPv6)
  }
}
