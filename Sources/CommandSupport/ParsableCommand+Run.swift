public import ArgumentParser
import Glibc

extension ParsableCommand {
  /// Parses the process's arguments, runs the command, and ends the process with its status.
  ///
  /// Every failure is told in the same form: `tool: error: …`, then `tool: hint: …`.
  public static func runAndExit(tool: String) -> Never {
    let diagnostics = Diagnostics(tool: tool)
    do {
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

  /// Help goes to standard output; what the parser could not understand is a usage error.
  private static func status(of error: any Error, diagnostics: Diagnostics, tool: String) -> Int32 {
    if exitCode(for: error).isSuccess {
      let message = fullMessage(for: error)
      let isHelp = message.contains("USAGE: ")
      print(isHelp ? message + helpEnding(forArguments: Array(CommandLine.arguments.dropFirst())) : message)
      return ExitStatus.success
    }
    let message = message(for: error)
    let firstWord = message.prefix { $0 != " " }
    let isName = firstWord.dropFirst().contains { $0.isUppercase }
    diagnostics.error(
      isName ? message : message.prefix(1).lowercased() + message.dropFirst(), hint: "see '\(tool) --help'")
    return ExitStatus.usage
  }
}
