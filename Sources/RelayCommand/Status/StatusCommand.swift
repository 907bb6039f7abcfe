import ArgumentParser
import CommandSupport
import Glibc
import Operations

struct StatusCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what the running service does: its recording, totals and live sessions.",
    discussion: """
      The service is asked over its control socket, which belongs to the service's user and group. Sessions are listed \
      in order of opening, with the process that opened each, and the payload bytes from the client (up) and from the \
      server (down). Bytes of bypassed sessions are not counted.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   the service answered
      2   no service runs, or it cannot be asked
      64  the command line makes no sense

    EXAMPLES:
      Which programs talk to the network now:

        $ sudo relay status

      How many bytes wait to be recorded:

        $ sudo relay status --json | jq .recording.queued_bytes
    """

  @Option(help: ArgumentHelp("The service's control socket.", valueName: "path"), completion: .file())
  var socket = ControlSocket.defaultPath

  @Flag(help: "Print the service's answer as it came: one JSON object on a line.")
  var json = false

  @Option(help: ArgumentHelp("Ask again every so many seconds, until interrupted.", valueName: "seconds"))
  var watch: Double?

  func validate() throws {
    if let watch, !(0.1...86_400).contains(watch) {
      throw ValidationError("'\(watch)' seconds is not between 0.1 and 86400")
    }
  }

  func run() throws {
    try show(clearing: false)
    guard let watch else { return }
    while true {
      usleep(UInt32(watch * 1_000_000))
      try show(clearing: !json && isatty(STDOUT_FILENO) == 1)
    }
  }

  private func show(clearing: Bool) throws(CommandFailure) {
    let answer = try ask()
    var text = json ? String(decoding: answer, as: UTF8.self) : try Self.text(of: answer)
    // The cursor home, and all below it erased (ECMA-48 CUP and ED).
    if clearing { text = "\u{1b}[H\u{1b}[2J" + text }
    print(text, terminator: "")
    fflush(nil)
  }

  private static func text(of answer: [UInt8]) throws(CommandFailure) -> String {
    guard let document = StatusDocument(json: answer) else {
      throw CommandFailure(
        "the service's answer is not what this 'relay' knows",
        hint: "is the service of another version? see --json")
    }
    return StatusText(document: document, width: TerminalWidth.ofStandardOutput).text
  }

  private func ask() throws(CommandFailure) -> [UInt8] {
    do throws(ControlClient.Failure) {
      return try ControlClient.get("/status", from: socket)
    } catch {
      throw CommandFailure(error.description, hint: error.hint)
    }
  }
}

extension ControlClient.Failure {
  fileprivate var hint: String? {
    switch self {
    case .notRunning: "start it with 'relay serve', or name its socket with --socket"
    case .notPermitted: "ask as root, or as a member of the socket's group"
    case .timedOut, .refused: "try again: others may be asking at the same time"
    case .systemCall, .malformed: nil
    }
  }
}
