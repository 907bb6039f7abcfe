import ArgumentParser
import CommandSupport
import Redirection

struct RulesApplyCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Set the rules, in place of any older ones of 'relay rules'.",
    usage: "relay rules apply [options]",
    discussion: """
      They stay until they are removed, or the machine restarts. While no relay listens, what they redirect is refused. \
      Connections that were open before go on as they are. For what the rules do and leave alone, see 'relay rules --help'.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   the rules are set
      2   they could not be set; older ones are gone, too, where iptables failed
      64  the command line makes no sense

    EXAMPLES:
      Everyone's traffic, root's too:

        $ sudo relay rules apply --all-users

      One service's, whose programs ask systemd's resolver:

        $ sudo relay rules apply --cgroup /system.slice/shop.slice --dns original
    """

  @OptionGroup(title: "Whose traffic")
  var selection: SelectionOptions

  @OptionGroup(title: "Which traffic")
  var traffic: TrafficOptions

  @OptionGroup(title: "Relay")
  var relay: RelayEndOptions

  @OptionGroup
  var backend: BackendOptions

  func run() throws {
    let diagnostics = Diagnostics(tool: "relay")
    do throws(RulesError) {
      let plan = try PlanOptions(selection: selection, traffic: traffic, relay: relay).plan()
      let rules = try Rules(plan, backend: backend.backend)
      try rules.apply()
      diagnostics.note("the rules are set, by \(rules.backend.rawValue); 'relay rules remove' removes them")
      let missing = RelayListeners.missing(plan)
      guard !missing.isEmpty else { return }
      diagnostics.warning(
        "nobody listens on \(missing.joined(separator: ", ")): what is redirected there is refused")
    } catch {
      throw CommandFailure(error)
    }
  }
}
