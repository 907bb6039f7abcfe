public import ArgumentParser
import Glibc

extension ParsableCommand {
  /// Parses the process's arguments, runs the command, and ends the process with its status.
  ///
  /// Every failure is told in the same form: `tool: error: …`, then `tool: hint: …`. `example` is a sentence for those
  /// who name no subcommand, and `suggestion` may have a better one for a word that is none.
  public static func runAndExit(
    tool: String, example: String, suggestion: (String) -> String? = { _ in nil }
  ) -> Never {
    StandardDescriptors.fill()
    let diagnostics = Diagnostics(tool: tool)
    do {
      try checkSubcommand(tool: tool, example: example, suggestion: suggestion)
      var command = try parseAsRoot()
      try command.run()
      Glibc.exit(ExitStatus.success)
    } catch let failure as CommandFailure {
      diagnostics.error(failure.message, hint: failure.hint)
      Glibc.exit(failure.status)
    } catch let status as ExitCode {
      Glibc.exit(status.rawValue)
    } catch {
      Glibc.exit(status(of: error, diagnostics: diagnostics, tool: tool))
    }
  }

  /// Says what is wrong more plainly than the parser, which takes an unknown subcommand for an argument.
  private static func checkSubcommand(
    tool: String, example: String, suggestion: (String) -> String?
  ) throws(CommandFailure) {
    let (command, path) = namedCommand
    guard !command.configuration.subcommands.isEmpty else { return }
    let word = CommandLine.arguments.dropFirst(path.count + 1).first
    if let word, word.hasPrefix("-") || word == "help" && path.isEmpty { return }
    let help = "see '\(([tool] + path).joined(separator: " ")) --help'"
    let sentence = path.isEmpty ? word.flatMap(suggestion) ?? example : nil
    throw CommandFailure(
      word.map { "unknown subcommand '\($0)'" } ?? "no subcommand given",
      hint: [sentence, help].compactMap(\.self).joined(separator: "; "), status: ExitStatus.usage)
  }

  /// The command that the first arguments name, and their words: `ca`, `init`.
  private static var namedCommand: (command: any ParsableCommand.Type, path: [String]) {
    var command: any ParsableCommand.Type = self
    var path: [String] = []
    for word in CommandLine.arguments.dropFirst() {
      let subcommand = command.configuration.subcommands.first { $0.configuration.commandName == word }
      guard let subcommand else { break }
      command = subcommand
      path.append(word)
    }
    return (command, path)
  }

  /// Help goes to standard output; what the parser could not understand is a usage error.
  private static func status(of error: any Error, diagnostics: Diagnostics, tool: String) -> Int32 {
    if exitCode(for: error).isSuccess {
      let message = fullMessage(for: error)
      let isHelp = message.contains("USAGE: ")
      print(isHelp ? message + helpEnding(forArguments: Array(CommandLine.arguments.dropFirst())) : message)
      return ExitStatus.success
    }
    let message = message(for: error)
    let help = ([tool] + namedCommand.path + ["--help"]).joined(separator: " ")
    let firstWord = message.prefix { $0 != " " }
    let isName = firstWord.dropFirst().contains { $0.isUppercase }
    diagnostics.error(
      isName ? message : message.prefix(1).lowercased() + message.dropFirst(), hint: "see '\(help)'")
    return ExitStatus.usage
  }
}
