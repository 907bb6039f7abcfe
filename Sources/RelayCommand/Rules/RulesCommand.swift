import ArgumentParser
import CommandSupport
import Redirection

struct RulesCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "Redirect this machine's own traffic to 'relay serve', by firewall rules.",
    discussion: """
      TCP to ports 80 and 443, and DNS, go to the relay's ports. QUIC (UDP to port 443) is refused at once, so that programs \
      fall back to TCP. IPv4 and IPv6 are treated alike.

      Left alone is what the machine only forwards, what goes to the machine itself, what belongs to no program (a tunnel \
      in the kernel), and what carries the relay's mark. Since the mark keeps the relay's own connections from coming \
      back to it, root's traffic can be redirected, too.

      A resolver on this machine, such as 127.0.0.53, is left alone by default; what it asks other machines is redirected \
      like any program's, if its user is selected. With '--dns original' the queries to it are redirected as well, so \
      that each program is seen asking. That is for a relay which sends each query on to the server it was meant for: \
      one with nameservers of its own must not have that resolver among them, whose queries would go round in a circle.

      The rules stand in a table of their own (nft) or in chains of their own (iptables), before those of others, which \
      are not touched. 'relay serve --with-rules' sets the same rules while it runs.
      """,
    subcommands: [
      RulesPrintCommand.self, RulesApplyCommand.self, RulesRemoveCommand.self, RulesStatusCommand.self,
    ])

  static let helpEnding = """
    EXAMPLE:
      Look at the rules, set them for everyone, root too, and remove them:

        $ relay rules print --all-users
        $ sudo relay rules apply --all-users
        $ sudo relay rules remove
    """
}

extension CommandFailure {
  /// What makes no sense on the command line is told apart from what failed.
  init(_ error: RulesError) {
    switch error {
    case .contradiction, .userUnknown: self.init("\(error)", hint: error.hint, status: ExitStatus.usage)
    case .notPermitted, .toolMissing, .toolFailed, .systemCall, .cgroupMissing, .cgroupsMissing,
      .guardFailed, .guardLost, .guardSilent:
      self.init("\(error)", hint: error.hint)
    }
  }
}
