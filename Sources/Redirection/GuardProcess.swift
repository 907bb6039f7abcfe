import CLinux
import Glibc
import LinuxSystem

/// The guard itself, in the child process: it has one thread, and the rules as its only business.
struct GuardProcess {
  let rules: Rules
  /// Ends when the relay does: requests come in, and an answer to each goes out.
  let control: Int32
  /// What is told unasked.
  let events: Int32
  /// Milliseconds between two looks at the rules.
  let interval: Int32

  /// Says whose the rules are, so that a guard whose relay was killed does not remove those of the next relay.
  private let token: String

  /// How often, and after how many milliseconds, a removal that failed is tried again when nobody can be told.
  private static let attempts = (count: 20, pause: 500 as Int32)

  init(rules: Rules, control: Int32, events: Int32, interval: Int32) {
    self.rules = rules
    self.control = control
    self.events = events
    self.interval = interval
    let digits = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    token = String(repeating: "0", count: 8 - digits.count) + digits
  }

  func run() -> Never {
    do throws(SystemCallFailure) {
      try prepare()
    } catch {
      answer(.stand, GuardMessage(.bad, "cannot guard the firewall rules: \(error)"))
      _exit(1)
    }
    serve()
    // The relay is gone, and may have left rules.
    removeAtLast()
    _exit(0)
  }

  // MARK: A process of its own

  private func prepare() throws(SystemCallFailure) {
    clinux_set_name("relay-guard")
    // What is sent to the relay's process group, or by systemd to all of the service's processes, is for the relay.
    setsid()
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP] {
      clinux_set_signal(signal, true)
    }
    // Ignored, it would make the kernel forget how a tool ended.
    clinux_set_signal(SIGCHLD, false)
    clinux_unblock_signals()
    guard chdir("/") == 0 else { throw SystemCallFailure("chdir /") }
    try closeAllElse()
    try dropCapabilities()
  }

  /// Standard input, output and error lead nowhere: a reader of the relay's output shall see its end.
  private func closeAllElse() throws(SystemCallFailure) {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { throw SystemCallFailure("open /dev/null") }
    for descriptor in STDIN_FILENO...STDERR_FILENO { dup2(null, descriptor) }
    let kept = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, control, events]
    for descriptor in SystemFiles.names(in: "/proc/self/fd").compactMap({ Int32($0) })
    where !kept.contains(descriptor) {
      close(descriptor)
    }
  }

  /// Legacy iptables wants a raw socket to talk to the kernel.
  private func dropCapabilities() throws(SystemCallFailure) {
    let wanted: [Capability] = rules.backend == .iptables ? [.netAdmin, .netRaw] : [.netAdmin]
    let kept = Capabilities.permitted & Capabilities.mask(wanted)
    // The bounding set first: dropping from it takes SETPCAP.
    if Capabilities.effective & Capabilities.mask([.setpcap]) != 0 {
      guard clinux_limit_bounding_set(kept) == 0 else { throw SystemCallFailure("prctl PR_CAPBSET_DROP") }
    }
    guard clinux_clear_ambient() == 0, clinux_set_capabilities(kept, kept, 0) == 0 else {
      throw SystemCallFailure("capset")
    }
    guard clinux_set_no_new_privileges() == 0 else { throw SystemCallFailure("prctl PR_SET_NO_NEW_PRIVS") }
  }

  // MARK: Serving the relay

  /// Returns when the relay is gone.
  private func serve() {
    var watch: RulesWatch?
    while true {
      var source = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
      let count = poll(&source, 1, watch == nil ? -1 : interval)
      if count < 0 { continue }
      if count == 0 {
        if let change = watch?.look() { tell(change) }
        continue
      }
      var byte: UInt8 = 0
      guard recv(control, &byte, 1, 0) == 1 else { return }
      switch GuardRequest(rawValue: byte) {
      case .stand: answer(.stand, GuardMessage(.good))
      case .apply: watch = apply()
      case .release:
        // What is missing from now on, nobody else took away.
        watch = nil
        release()
      case .finish: finish()
      case nil: continue
      }
    }
  }

  private func apply() -> RulesWatch? {
    do throws(RulesError) {
      try rules.apply(guardToken: token)
      let watch = try RulesWatch(rules)
      answer(.apply, GuardMessage(.good))
      return watch
    } catch {
      answer(.apply, GuardMessage(.bad, "\(error)", hint: error.hint))
      return nil
    }
  }

  private func release() {
    do throws(RulesError) {
      try rules.release(.ofGuard(token))
      answer(.release, GuardMessage(.good))
    } catch {
      answer(.release, GuardMessage(.bad, "\(error)", hint: error.hint))
    }
  }

  /// Ends the process, unless the removal fails: then the relay is told, and may ask again.
  private func finish() {
    do throws(RulesError) {
      try remove()
      answer(.finish, GuardMessage(.good))
      _exit(0)
    } catch {
      answer(.finish, GuardMessage(.bad, "\(error)", hint: error.hint))
    }
  }

  private func removeAtLast() {
    for _ in 0..<Self.attempts.count {
      do throws(RulesError) {
        return try remove()
      } catch {
        poll(nil, 0, Self.attempts.pause)
      }
    }
  }

  /// A tool that fails only elsewhere does not matter.
  private func remove() throws(RulesError) {
    try Rules.remove(.ofGuard(token), tools: rules.tools, hasIPv6: rules.hasIPv6)
    if let left = try rules.installed(), RulesRemoval.Scope.ofGuard(token).includes(left) {
      throw .toolFailed(tool: rules.backend.rawValue, status: 0, message: "the rules are still there")
    }
  }

  /// The request stands before the answer, since the relay may have stopped waiting for an earlier one.
  private func answer(_ request: GuardRequest, _ message: GuardMessage) {
    let bytes = [request.rawValue] + message.bytes
    _ = send(control, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// A relay that does not read its events must not hold up the guard.
  private func tell(_ message: GuardMessage) {
    let bytes = message.bytes
    _ = send(events, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
  }
}
