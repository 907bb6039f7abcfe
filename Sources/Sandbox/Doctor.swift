import Glibc
public import LinuxSystem

/// Finds out what the machine allows, by trying it.
public enum Doctor {
  /// Makes a sandbox for a moment, and checks what it needs, in the order in which it needs it.
  ///
  /// The versions of libpcap and OpenSSL are the caller's to add: this module knows neither.
  public static func checks(
    launcherPath: String = "/proc/self/exe", tools: ToolSearch = ToolSearch(),
    bundles: [String] = TrustEnvironment.systemBundles()
  ) -> [DoctorCheck] {
    [tool("ip", package: "iproute2", tools), tool("nft", package: "nftables", tools)]
      + sandboxChecks(launcherPath, tools, bundles) + [trustBundle(bundles), openFiles()]
  }

  private static func tool(_ name: String, package: String, _ tools: ToolSearch) -> DoctorCheck {
    guard let path = tools.path(of: name) else {
      let error = SandboxError.toolMissing(tool: name, package: package)
      return DoctorCheck(name: name, isOK: false, detail: "\(error)", fix: error.hint)
    }
    return DoctorCheck(name: name, isOK: true, detail: path)
  }

  // MARK: The sandbox

  /// What each stage of a start proves, in the order of the stages.
  private static let proofs: [(stage: SandboxStage, name: String, detail: String)] = [
    (.spawn, "launcher", "this program can start itself again"),
    (.namespaces, "namespaces", "a user, network and mount namespace can be made"),
    (.network, "inner network", "addresses and local routes can be set"),
    (.sockets, "inner sockets", "listeners, port 53 and socket diagnostics work"),
    (.files, "private files", "a tmpfs can be mounted and bound over the trust bundle"),
    (.nat, "redirection", "a connection to any address arrives, with its original destination"),
  ]

  /// Up to the stage that fails all are fine; those after it were not tried.
  private static func sandboxChecks(
    _ launcherPath: String, _ tools: ToolSearch, _ bundles: [String]
  ) -> [DoctorCheck] {
    var plan = SandboxPlan(command: ["true"])
    plan.launcherPath = launcherPath
    plan.tools = tools
    plan.addresses = .detect()
    plan.files = bundles.map { ReplacedFile(path: $0, contents: []) }
    do throws(SandboxError) {
      _ = try RunningSandbox.start(plan, verifiesRedirect: true)
      return proofs.map { DoctorCheck(name: $0.name, isOK: true, detail: $0.detail) }
    } catch {
      return checks(after: error)
    }
  }

  static func checks(after error: SandboxError) -> [DoctorCheck] {
    // A tool that is missing has a line of its own already, and stops everything.
    guard let failed = error.stage else { return [] }
    return proofs.prefix { $0.stage.rawValue <= failed.rawValue }.map { proof in
      proof.stage == failed
        ? DoctorCheck(name: proof.name, isOK: false, detail: "\(error)", fix: error.hint)
        : DoctorCheck(name: proof.name, isOK: true, detail: proof.detail)
    }
  }

  // MARK: The rest

  private static func trustBundle(_ bundles: [String]) -> DoctorCheck {
    guard let bundle = bundles.first else {
      return DoctorCheck(
        name: "trust bundle", isOK: false, detail: "no bundle of CA certificates is installed",
        fix: "sudo apt-get install ca-certificates")
    }
    return DoctorCheck(name: "trust bundle", isOK: true, detail: bundle)
  }

  /// Two descriptors a session, and a hundred for the rest: 1,024 allow some 460 sessions at a time.
  private static func openFiles() -> DoctorCheck {
    var limits = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    let isUnlimited = limits.rlim_max == rlim_t.max
    let detail = isUnlimited ? "unlimited" : "\(limits.rlim_max) (the relay raises its own limit to that)"
    return DoctorCheck(
      name: "open files", isOK: limits.rlim_max >= 1024, detail: detail,
      fix: limits.rlim_max >= 1024 ? nil : "sudo prlimit --pid $$ --nofile=65536")
  }
}

extension SandboxError {
  /// Where the start failed; nil when a tool was missing before it began.
  fileprivate var stage: SandboxStage? {
    switch self {
    case .userNamespacesForbidden: .namespaces
    case .toolMissing: nil
    case .toolFailed(_, let stage, _, _), .systemCall(_, let stage, _), .launcherLost(let stage): stage
    case .fileMissing: .files
    case .commandNotStarted: .command
    }
  }
}
