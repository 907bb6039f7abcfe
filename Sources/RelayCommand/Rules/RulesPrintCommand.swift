import ArgumentParser
import CommandSupport
import Redirection

struct RulesPrintCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "print",
    abstract: "Print the rules as a script, to read, or to run instead of 'apply'.",
    usage: "relay rules print [options]",
    discussion: """
      With nft it is a script for 'nft -f', with iptables one for 'sh'. It takes no privileges to print them. What such a \
      script has set, 'status' and 'remove' recognise. For what the rules do and leave alone, see 'relay rules --help'.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   the rules were printed
      64  the command line makes no sense

    EXAMPLES:
      What 'apply' would do:

        $ relay rules print

      As lines for iptables and ip6tables:

        $ relay rules print --backend iptables >rules.sh
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
    do throws(RulesError) {
      let plan = try PlanOptions(selection: selection, traffic: traffic, relay: relay).plan()
      print(try Rules(plan, backend: backend.backend).script(), terminator: "")
    } catch {
      throw CommandFailure(error)
    }
  }
}
