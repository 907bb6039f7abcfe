import Logging
import Redirection
import Settings

/// The firewall rules that the service sets while it runs, and the process that removes them when it is gone.
final class ServeRules {
  private let rulesGuard: RulesGuard
  private let logger: Logger
  private var isGuardLost = false

  /// Nil where the service sets no rules; starts the guard, and sets none yet.
  init?(_ settings: ServeSettings, logger: Logger) throws {
    guard settings.rules.areApplied else { return nil }
    self.logger = logger
    rulesGuard = try RulesGuard.start(
      Rules(try RedirectPlan(settings), backend: settings.rules.backend.backend))
  }

  func apply() throws(RulesError) {
    try rulesGuard.apply()
  }

  /// Says what the guard noticed.
  func reportEvents() {
    while !isGuardLost, let event = rulesGuard.nextEvent() {
      switch event {
      case .disturbed(let text):
        logger.warning("somebody changed the redirect rules, which are not set again: \(text)")
      case .restored: logger.notice("the redirect rules are whole again")
      case .lost:
        logger.error("nobody removes the redirect rules any more: use 'relay rules remove' at the end")
        isGuardLost = true
      }
    }
  }

  /// Lets new connections go their own way, while open ones still need the rules' translation.
  func release() {
    do throws(RulesError) {
      try rulesGuard.release(timeout: 1_000)
    } catch {
      logger.warning("connections are still redirected: \(error)")
    }
  }

  func remove() {
    do throws(RulesError) {
      try rulesGuard.finish(timeout: 1_000)
    } catch {
      logger.error("the redirect rules may still be there: \(error): use 'relay rules remove'")
    }
  }
}

extension RedirectPlan {
  init(_ settings: ServeSettings) throws(RulesError) {
    self.init()
    tcpPort = settings.listening.tcpPort
    tlsPort = settings.listening.tlsPort
    dnsPort = settings.listening.dnsPort
    mark = settings.listening.mark
    selection = try Selection(settings.rules)
    ports = settings.rules.ports
    names = settings.dns.destination == .original ? .original : .nameservers
    allowsQUIC = settings.rules.allowsQUIC
  }
}

extension RedirectPlan.Selection {
  fileprivate init(_ settings: RulesSettings) throws(RulesError) {
    if let cgroup = settings.cgroup {
      self = .cgroup(cgroup)
    } else if settings.allUsers {
      self = .allUsers
    } else if settings.users.isEmpty {
      self = .allButRoot
    } else {
      self = .users(
        try settings.users.map { name throws(RulesError) in try UserAccount.uid(of: name) })
    }
  }
}

extension RulesBackendChoice {
  fileprivate var backend: RulesBackend? {
    switch self {
    case .auto: nil
    case .nft: .nft
    case .iptables: .iptables
    }
  }
}
