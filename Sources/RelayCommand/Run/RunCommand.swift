import ArgumentParser
import CommandSupport
import Recorder
import TLSEngine

struct RunCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a command, and record what it says to the network, decrypted.",
    usage: "relay run [options] -- COMMAND [ARG ...]",
    discussion: """
      The command runs in namespaces of its own: every TCP connection it makes, to any address and port, and every DNS \
      query goes through the relay. TLS is recognised by its first bytes and taken off; a CA made for this run, whose key \
      never leaves memory, is trusted inside and nowhere else. No root, no CA to install, no firewall rule. What the \
      command cannot reach through the relay (QUIC, other UDP) it cannot reach at all.

      The recording is two files: NAME.pcap, for Wireshark, tshark and 'replay', and NAME.sessions.jsonl, with what \
      packets cannot carry (processes, TLS facts, why sessions ended). Decrypted sessions stand on the plaintext twin of \
      their port (443 on 80, 853 on 53 ...), so that dissectors recognise them.
      """)

  static let helpEnding = """
    EXIT STATUS:
      The command's own; 128 + N when signal N ended it
      64   the command line makes no sense
      125  the relay itself failed
      126  the command cannot be executed
      127  the command is not found

    EXAMPLES:
      See what a command says while it runs, and keep the recording:

        $ relay run --live -w tests.pcap -- npm test

      Watch in Wireshark:

        $ relay run -w - -- ./my-program | wireshark -k -i -
    """

  @OptionGroup(title: "Recording")
  var recording: RecordingOptions

  @OptionGroup(title: "Interception")
  var interception: InterceptionOptions

  @OptionGroup(title: "Command")
  var command: CommandOptions

  func run() throws {
    let status = try RecordedRun(recording: recording, interception: interception, command: command).run()
    throw ExitCode(status)
  }
}

/// What is written where.
struct RecordingOptions: ParsableArguments {
  @Option(
    name: [.customShort("w"), .customLong("write")],
    help: ArgumentHelp(
      "Write the recording here; '-' is standard output. (default: COMMAND-YYYYMMDD-HHMMSS.pcap)",
      valueName: "path"),
    completion: .file())
  var path: String?

  @Flag(help: "Replace an existing recording.")
  var force = false

  @Flag(help: "Record nothing; useful with --live.")
  var noRecord = false

  @Flag(help: "Print exchanges to standard error as they happen, as 'replay show' does later.")
  var live = false

  @Option(help: ArgumentHelp("When to colour what --live prints: auto, always or never.", valueName: "when"))
  var color = ColorChoice.auto

  @Option(help: ArgumentHelp("Link type of the packets: raw (IP) or ethernet.", valueName: "type"))
  var linkType = LinkTypeChoice.raw

  @Option(help: ArgumentHelp("Most payload bytes of one TCP segment, 1 to 65495.", valueName: "bytes"))
  var segmentSize = 65_495

  @Option(
    help: ArgumentHelp(
      """
      Show sessions decrypted on port FROM on port TO; '' maps nothing. (default: TLS ports to their plaintext twins: \
      443:80, 853:53, 465:25, 993:143 ...)
      """, valueName: "from:to,..."))
  var portMap: PortMap?

  @Option(
    help: ArgumentHelp(
      "When the recording fails, as on a full disk: stop ends the command (status 125), continue lets it run on.",
      valueName: "policy"))
  var onRecordFailure = RecordFailurePolicy.stop

  @Flag(name: .shortAndLong, help: "Say nothing when all went well.")
  var quiet = false

  func validate() throws {
    guard (1...65_495).contains(segmentSize) else {
      throw ValidationError("segment size '\(segmentSize)' is not between 1 and 65495")
    }
    if noRecord, path != nil { throw ValidationError("--write and --no-record contradict each other") }
  }
}

/// How sessions are intercepted.
struct InterceptionOptions: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Trust the CA certificates in this PEM file for upstream servers, besides the system's. Repeatable.",
      valueName: "file"),
    completion: .file())
  var upstreamCA: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      What the command sees of a bad upstream certificate: mirror shows one with the same defect, reject resets the \
      session, accept shows a good one.
      """, valueName: "policy"))
  var onBadCertificate = BadCertificatePolicy.mirror

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Relay TLS to this host unread, and record only that it happened; '*.example.com' for all below. Repeatable.",
      valueName: "host"))
  var bypass: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Let the command reach this TCP port of the real loopback, through the relay. Repeatable.",
      valueName: "port"))
  var hostLoopback: [UInt16] = []
}

/// What is run.
struct CommandOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Seconds that processes which the command left behind may go on before they are ended.",
      valueName: "seconds"))
  var linger = 2.0

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("The command and its arguments.", valueName: "command"),
    completion: .file())
  var command: [String] = []

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("no command: write it after '--', as in: relay run -- curl https://example.com")
    }
    guard (0...86_400).contains(linger) else {
      throw ValidationError("linger '\(linger)' is not between 0 and 86400 seconds")
    }
  }
}
