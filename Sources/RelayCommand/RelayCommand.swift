import ArgumentParser
import CommandSupport
import Sandbox

@main
struct RelayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay",
    abstract: "Record what programs on this machine say to the network, decrypted.",
    discussion: """
      The recording is a pcap file that Wireshark opens, with TLS taken off, and 'replay' reads it back.

      EXAMPLE
        relay run -w out.pcap -- curl https://example.com
        replay show out.pcap
      """,
    version: version,
    subcommands: [RunCommand.self, DoctorCommand.self])

  static let version = "0.1.0"

  static func main() {
    // The sandbox's launcher is this very program, started again; it must do nothing else.
    SandboxLauncher.runIfRequested()
    runAndExit(tool: "relay")
  }
}
