import ArgumentParser
import CommandSupport
import Relay
import SessionEvents
import TLSEngine

struct CAInitCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make the CA, where there is none.",
    discussion: """
      The key is ECDSA on P-256, of mode 0600 in a directory of mode 0700, both the service user's. The CA can sign \
      certificates of servers, and no further CAs.

      With --permit the CA is good for nothing else: a client refuses what it signs for other names, should the key ever \
      get lost. The relay then leaves sessions to other hosts alone.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   the CA is made
      2   there is one already, or it cannot be made
      64  the command line makes no sense

    EXAMPLE:
        $ sudo relay ca init --permit example.com --permit 10.0.0.0/8
    """

  @OptionGroup var ca: CAOptions
  @OptionGroup var new: NewCAOptions

  func run() throws {
    let directory = try ca.writableDirectory()
    let certificate = try tellingTLSFailures { try directory.create(new.authorityOptions()) }
    print(AuthorityText(certificate, at: .now()).lines.joined(separator: "\n"))
    Diagnostics(tool: "relay").note("made the CA in '\(directory.path)'; next: sudo relay ca install")
  }
}
