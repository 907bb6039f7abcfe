import ArgumentParser
import CommandSupport
import JSONText
import Redirection

struct RulesStatusCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say whether the rules are set, and whole.",
    usage: "relay rules status [options]",
    discussion: """
      The state is 'none'; 'active', all are there; 'partial', some are gone; or 'different': they are there, but from other \
      options than those given here, if any are, or from another version of relay, or twice.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   active
      1   none, partial or different
      2   it could not be found out
      64  the command line makes no sense

    EXAMPLES:
        $ sudo relay rules status

      Set them only where they are not as they should be:

        $ sudo relay rules status --all-users || sudo relay rules apply --all-users
    """

  @OptionGroup(title: "Whose traffic")
  var selection: SelectionOptions

  @OptionGroup(title: "Which traffic")
  var traffic: TrafficOptions

  @OptionGroup(title: "Relay")
  var relay: RelayEndOptions

  @Flag(
    help: """
      Print one JSON object: v, state, backend, default_backend, rules, expected_rules, plan, guarded, detail; what is not \
      known is null.
      """)
  var json = false

  func run() throws {
    let status: RulesStatus
    do throws(RulesError) {
      let options = PlanOptions(selection: selection, traffic: traffic, relay: relay)
      status = try Rules.status(comparedWith: options.areGiven ? try options.plan() : nil)
    } catch {
      throw CommandFailure(error)
    }
    for problem in status.problems { Diagnostics(tool: "relay").warning(problem) }
    print(json ? Self.jsonLine(status) : Self.text(status))
    if status.state != .active { throw ExitCode(ExitStatus.difference) }
  }

  private static func text(_ status: RulesStatus) -> String {
    var lines = [("state", status.state.rawValue)]
    if let detail = status.detail { lines.append(("because", detail)) }
    if let backend = status.backend {
      lines.append(("backend", backend.rawValue))
      lines.append(
        ("rules", status.expectedRuleCount.map { "\(status.ruleCount) of \($0)" } ?? "\(status.ruleCount)"))
    } else {
      lines.append(("backend", "\(RulesBackend.preferred().rawValue) would be used"))
    }
    if let plan = status.plan { lines.append(("plan", plan)) }
    if status.guardToken != nil { lines.append(("removed by", "'relay serve' when it ends")) }
    return lines.map { name, value in
      name + String(repeating: " ", count: 12 - name.count) + TerminalText.escaped(value)
    }
    .joined(separator: "\n")
  }

  private static func jsonLine(_ status: RulesStatus) -> String {
    var json = JSONWriter()
    json.object { json in
      json.field("v", 1)
      json.field("state", status.state.rawValue)
      json.field("backend", status.backend?.rawValue)
      json.field("default_backend", RulesBackend.preferred().rawValue)
      json.field("rules", status.ruleCount)
      json.field("expected_rules", status.expectedRuleCount)
      json.field("plan", status.plan)
      json.field("guarded", status.guardToken != nil)
      json.field("detail", status.detail)
    }
    return json.text
  }
}
