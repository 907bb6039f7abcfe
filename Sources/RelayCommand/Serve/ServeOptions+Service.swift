import ArgumentParser

/// The firewall rules that the service sets.
struct ServeRulesOptions: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: .setting("rules.apply"))
  var withRules: Bool?

  @Option(help: .setting("rules.backend"), completion: .setting("rules.backend"))
  var backend: String?

  @Option(parsing: .singleValue, help: .setting("rules.users"))
  var user: [String] = []

  @Flag(inversion: .prefixedNo, help: .setting("rules.all_users"))
  var allUsers: Bool?

  @Option(help: .setting("rules.cgroup"))
  var cgroup: String?

  @Option(parsing: .singleValue, help: .setting("rules.ports"))
  var port: [String] = []

  @Flag(inversion: .prefixedNo, help: .setting("rules.allow_quic"))
  var allowQuic: Bool?

  func add(to given: inout GivenFlags) {
    given.add("rules.apply", withRules)
    given.add("rules.backend", backend)
    given.add("rules.users", user)
    given.add("rules.all_users", allUsers)
    given.add("rules.cgroup", cgroup)
    given.add("rules.ports", port)
    given.add("rules.allow_quic", allowQuic)
  }
}

/// How long the relay waits.
struct TimeoutOptions: ParsableArguments {
  @Option(help: .setting("timeouts.connect"))
  var connectTimeout: String?

  @Option(help: .setting("timeouts.handshake"))
  var handshakeTimeout: String?

  @Option(help: .setting("timeouts.idle"))
  var idleTimeout: String?

  @Option(help: .setting("timeouts.dns"))
  var dnsTimeout: String?

  @Option(help: .setting("timeouts.dns_idle"))
  var dnsIdleTimeout: String?

  @Option(help: .setting("timeouts.drain"))
  var drainTimeout: String?

  func add(to given: inout GivenFlags) {
    given.add("timeouts.connect", connectTimeout)
    given.add("timeouts.handshake", handshakeTimeout)
    given.add("timeouts.idle", idleTimeout)
    given.add("timeouts.dns", dnsTimeout)
    given.add("timeouts.dns_idle", dnsIdleTimeout)
    given.add("timeouts.drain", drainTimeout)
  }
}

/// The service as a process.
struct ServiceOptions: ParsableArguments {
  @Option(help: .setting("service_user"))
  var serviceUser: String?

  @Option(help: .setting("control"), completion: .setting("control"))
  var control: String?

  @Option(help: .setting("metrics"), completion: .setting("metrics"))
  var metrics: String?

  @Option(help: .setting("log_level"), completion: .setting("log_level"))
  var logLevel: String?

  @Option(help: .setting("max_sessions"))
  var maxSessions: String?

  @Option(help: .setting("threads"))
  var threads: String?

  func add(to given: inout GivenFlags) {
    given.add("service_user", serviceUser)
    given.add("control", control)
    given.add("metrics", metrics)
    given.add("log_level", logLevel)
    given.add("max_sessions", maxSessions)
    given.add("threads", threads)
  }
}

/// Where the settings stand, and what is done with them.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read the settings from this file. (default: /etc/wiretape/relay.yaml, if it exists)", valueName: "file"
    ),
    completion: .file())
  var config: String?

  @Flag(help: "Check the settings, say everything that is wrong with them, and end.")
  var checkConfig = false

  @Flag(help: "Print the settings that hold, and where each comes from, as YAML, and end.")
  var printConfig = false

  func validate() throws {
    if checkConfig, printConfig {
      throw ValidationError("--check-config and --print-config contradict each other")
    }
  }
}
