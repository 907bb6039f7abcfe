import ArgumentParser
import CaptureFile
import CommandSupport
import Glibc
import JSONText
import Sandbox
import TLSEngine

struct DoctorCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what 'relay run' needs of this machine, and how to get what is missing.",
    discussion: """
      Each line is a check: 'ok', or 'no' and the one command that fixes it. The checks are real: a sandbox is made for a \
      moment and removed. Nothing on the machine is changed.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   'relay run' can work here
      2   something is missing
      64  the command line makes no sense

    EXAMPLE:
        $ relay doctor && relay run -- ./my-program
    """

  @Flag(help: "Print one JSON object a line: name, ok, detail, fix.")
  var json = false

  func run() throws {
    let checks = Doctor.checks() + libraryChecks
    for check in checks { print(json ? jsonLine(check) : textLine(check)) }
    if checks.contains(where: { !$0.isOK }) { throw ExitCode(ExitStatus.failure) }
  }

  private var libraryChecks: [DoctorCheck] {
    [
      DoctorCheck(name: "libpcap", isOK: true, detail: CaptureLibrary.version),
      DoctorCheck(name: "OpenSSL", isOK: true, detail: OpenSSLLibrary.version),
    ]
  }

  private func textLine(_ check: DoctorCheck) -> String {
    let name = check.name + String(repeating: " ", count: max(0, 20 - check.name.count))
    let line = "\(check.isOK ? "ok" : "no")  \(name) \(TerminalText.escaped(check.detail))"
    return check.fix.map { "\(line)\n    fix: \($0)" } ?? line
  }

  private func jsonLine(_ check: DoctorCheck) -> String {
    var json = JSONWriter()
    json.object { json in
      json.field("name", check.name)
      json.field("ok", check.isOK)
      json.field("detail", check.detail)
      json.field("fix", check.fix)
    }
    return json.text
  }
}
