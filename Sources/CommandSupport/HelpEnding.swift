public import ArgumentParser

/// A command whose help ends with more than its options: exit statuses, and a worked example.
public protocol HelpEnding: ParsableCommand {
  /// Whole lines, as they are to be printed.
  static var helpEnding: String { get }
}

extension ParsableCommand {
  /// What the help that these arguments asked for ends with.
  static func helpEnding(forArguments arguments: [String]) -> String {
    var command: any ParsableCommand.Type = self
    for argument in arguments {
      let subcommand = command.configuration.subcommands.first { $0.configuration.commandName == argument }
      if let subcommand { command = subcommand }
    }
    guard let ending = (command as? any HelpEnding.Type)?.helpEnding else { return "" }
    return "\n\n\(ending)"
  }
}
