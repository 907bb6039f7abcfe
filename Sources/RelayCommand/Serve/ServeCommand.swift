import ArgumentParser
import CommandSupport
import Sandbox
import Settings

struct ServeCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Record what the whole host says to the network, decrypted.")

  static let helpEnding = """
    EXIT STATUS:
      0   it was told to end
      2   it failed, or the settings are not right
      64  the command line makes no sense
    """

  @Option(help: ArgumentHelp("Read this file of settings.", valueName: "file"))
  var config: String?

  func run() throws {
    let source = SettingsSource(environment: CallerEnvironment.variables(), file: config)
    let loaded = try source.load()
    throw ExitCode(try ServeRun(settings: loaded.settings, source: source).run())
  }
}
