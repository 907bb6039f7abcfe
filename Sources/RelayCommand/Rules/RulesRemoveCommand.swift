import ArgumentParser
import CommandSupport
import Redirection

struct RulesRemoveCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove the rules of 'relay rules' and 'relay serve', whichever they are.",
    discussion: """
      All of nft and of either kind of iptables, whole or damaged. A running 'relay serve --with-rules' says that its \
      rules are gone, and does not set them again.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   no such rule is left, whether there were any or not
      2   they could not be removed
      64  the command line makes no sense

    EXAMPLE:
        $ sudo relay rules remove
    """

  @Flag(help: "Leave rules alone that 'relay rules' or a script has set.")
  var serviceOnly = false

  func run() throws {
    let diagnostics = Diagnostics(tool: "relay")
    do throws(RulesError) {
      let removal = try Rules.remove(serviceOnly ? .ofServices : .everyones)
      for problem in removal.problems { diagnostics.warning("\(problem)") }
      // What nobody asked for, as at the end of every service, is not worth a line.
      if serviceOnly, removal.removed.isEmpty { return }
      let backends = Set(removal.removed.map(\.rawValue)).sorted().reversed().joined(separator: " and ")
      diagnostics.note(
        backends.isEmpty ? "there were no rules to remove" : "removed the rules of \(backends)")
    } catch {
      throw CommandFailure(error)
    }
  }
}
