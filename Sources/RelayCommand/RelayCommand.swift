import ArgumentParser
import CommandSupport
import Sandbox

@main
struct RelayCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "relay",
    abstract: "Record what programs on this machine say to the network, decrypted.",
    discussion: """
      The recording is a pcap file that Wireshark opens, with TLS taken off, and 'replay' reads it back.
      """,
    version: version,
    subcommands: [
      RunCommand.self, ServeCommand.self, StatusCommand.self, RulesCommand.self, CACommand.self,
      DoctorCommand.self,
    ])

  static let version = "0.1.0"

  static let helpEnding = """
    EXAMPLE:
      Record a command, then see what it said:

        $ relay run -w page.pcap -- curl -s https://example.com/ -o page.html
        $ replay show page.pcap
    """

  static func main() {
    // The sandbox's launcher is this very program, started again; it must do nothing else.
    SandboxLauncher.runIfRequested()
    runAndExit(tool: "relay", example: "'relay run -- COMMAND' records a command")
  }
}
