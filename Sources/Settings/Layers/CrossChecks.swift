import SessionEvents

/// What settings that are right by themselves have to do with each other.
struct CrossChecks {
  private let loaded: LoadedSettings
  private var problems: [SettingProblem] = []
  private var warnings: [SettingProblem] = []

  static func run(
    on loaded: LoadedSettings, _ problems: inout [SettingProblem], _ warnings: inout [SettingProblem]
  ) {
    var checks = CrossChecks(loaded: loaded)
    checks.checkPorts()
    checks.checkNameservers()
    checks.checkRecording()
    checks.checkAuthority()
    checks.checkRules()
    checks.checkSockets()
    problems += checks.problems
    warnings += checks.warnings
  }

  private init(loaded: LoadedSettings) {
    self.loaded = loaded
  }

  private var settings: ServeSettings { loaded.settings }

  private mutating func checkPorts() {
    let listening = settings.listening
    if listening.addresses.isEmpty { complain(["listen"], "at least one address is needed") }
    let ports = [
      ("tcp_port", listening.tcpPort), ("tls_port", listening.tlsPort), ("dns_port", listening.dnsPort),
    ]
    for (index, later) in ports.enumerated() {
      for earlier in ports[..<index] where earlier.1 == later.1 {
        complain([earlier.0, later.0], "\(earlier.0) and \(later.0) are both \(later.1)")
      }
    }
  }

  private mutating func checkNameservers() {
    guard settings.dns.destination == .nameservers else {
      if loaded.isSet("nameservers") {
        warn(["nameservers"], "not used: with dns: original a query goes to the server that was asked")
      }
      return
    }
    for nameserver in settings.dns.nameservers {
      if isOwnListener(nameserver) {
        complain(["nameservers"], "'\(nameserver)' is where the relay itself listens")
      } else if nameserver.address.isLoopback {
        warn(
          ["nameservers"],
          "\(nameserver) is on this machine: what it asks in turn must not be redirected to the relay again")
      }
    }
  }

  private func isOwnListener(_ nameserver: Endpoint) -> Bool {
    let listening = settings.listening
    guard [listening.dnsPort, listening.tcpPort, listening.tlsPort].contains(nameserver.port) else {
      return false
    }
    return listening.addresses.contains { address in
      address == nameserver.address || address.isUnspecified && nameserver.address.isLoopback
    }
  }

  private mutating func checkRecording() {
    let recording = settings.recording
    if case .file(let path) = recording.place { return checkUnused(rotationOf: path) }
    if let size = recording.rotateSize, let total = recording.maximumTotal, total < size {
      complain(
        ["rotate_size", "max_total"],
        "max_total (\(text("max_total"))) is less than rotate_size (\(text("rotate_size")))")
    }
    let nothingCloses = recording.rotateSize == nil && recording.rotateInterval == nil
    if recording.place != nil, nothingCloses, recording.maximumTotal != nil {
      warn(
        ["rotate_size", "rotate_every", "max_total"],
        "max_total deletes closed files, and without rotate_size and rotate_every none is ever closed")
    }
  }

  /// One file does not rotate.
  ///
  /// Who overrides the directory of a file of settings cannot unset what goes with it.
  private mutating func checkUnused(rotationOf path: String) {
    for key in ["rotate_size", "rotate_every", "max_total"] where loaded.isSet(key) {
      let reason = "\(key) is for a directory, and write names a file ('\(path)')"
      let isSameLayer = loaded.origin(of: key).rank == loaded.origin(of: "write").rank
      if isSameLayer { complain([key], reason) } else { warn([key], "not used: \(reason)") }
    }
  }

  private mutating func checkAuthority() {
    let interception = settings.interception
    if interception.certificateFile != nil, interception.keyFile == nil {
      complain(["ca_cert"], "ca_cert needs ca_key, too")
    }
    if interception.keyFile != nil, interception.certificateFile == nil {
      complain(["ca_key"], "ca_key needs ca_cert, too")
    }
  }

  private mutating func checkRules() {
    let rules = settings.rules
    let chosen = [
      ("rules.users", !rules.users.isEmpty), ("rules.all_users", rules.allUsers),
      ("rules.cgroup", rules.cgroup != nil),
    ].filter { $0.1 }.map(\.0)
    if rules.ports.contains(53) {
      complain(["rules.ports"], "port 53 is DNS, which is redirected anyway")
    }
    if chosen.count > 1 {
      complain(chosen, "\(chosen.joined(separator: " and ")) contradict each other: set one of them")
    }
  }

  private mutating func checkSockets() {
    guard case .unixSocket(let path) = settings.service.metrics, path == settings.service.controlSocket else {
      return
    }
    complain(["control", "metrics"], "control and metrics are the same socket")
  }

  private func text(_ path: String) -> String {
    SettingKeys.key(path).map { $0.text(in: settings).text } ?? ""
  }

  /// Blames the key that was set last: on the uppermost layer, and there furthest down.
  private func culprit(_ keys: [String]) -> SettingOrigin {
    let origins = keys.map { loaded.origin(of: $0) }
    let highest = origins.map(\.rank).min()
    return origins.last { $0.rank == highest } ?? .standard(because: nil)
  }

  private mutating func complain(_ keys: [String], _ reason: String) {
    problems.append(SettingProblem(culprit(keys), reason))
  }

  private mutating func warn(_ keys: [String], _ reason: String) {
    warnings.append(SettingProblem(culprit(keys), reason))
  }
}

extension SettingOrigin {
  /// Lower overrides higher.
  fileprivate var rank: Int {
    switch self {
    case .flag: 0
    case .environment: 1
    case .file: 2
    case .standard: 3
    }
  }
}

extension IPAddress {
  /// 0.0.0.0 or ::, which listen on every address.
  fileprivate var isUnspecified: Bool { self == .v4(0) || self == .v6(0, 0) }
}
