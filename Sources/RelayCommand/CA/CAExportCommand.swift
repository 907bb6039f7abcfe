import ArgumentParser
import CommandSupport
import Glibc
import LinuxSystem
import TLSEngine

/// `--format`.
enum CertificateFormat: String, ExpressibleByArgument, CaseIterable {
  case pem
  case der
}

struct CAExportCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the CA's certificate, for other stores to trust; never its key.")

  static let helpEnding = """
    EXIT STATUS:
      0   the certificate is written
      2   there is none, or it cannot be written
      64  the command line makes no sense

    EXAMPLE:
        $ sudo relay ca export | ssh build-host 'cat > wiretape.pem'
    """

  @OptionGroup var ca: CAOptions

  @Option(help: ArgumentHelp("pem or der.", valueName: "format"))
  var format = CertificateFormat.pem

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write it here, in place of what is there; '-' is standard output.", valueName: "file"),
    completion: .file())
  var output = "-"

  func run() throws {
    let directory = try ca.authorityDirectory()
    let certificate = try tellingTLSFailures { try directory.certificate() }
    let bytes =
      switch format {
      case .pem: certificate.pem
      case .der: certificate.der
      }
    if output == "-" {
      guard SystemFiles.write(bytes, to: STDOUT_FILENO) else { throw failure("write") }
      return
    }
    let file = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure("open") }
    defer { close(file) }
    guard SystemFiles.write(bytes, to: file) else { throw failure("write") }
  }

  private func failure(_ call: String) -> CommandFailure {
    CommandFailure("'\(output)': \(SystemCallFailure(call))")
  }
}
