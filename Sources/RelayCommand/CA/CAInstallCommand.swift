import ArgumentParser
import CommandSupport
import JSONText
import Relay
import Sandbox
import SessionEvents
import TLSEngine

struct CAInstallCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Have this machine trust the CA.",
    discussion: """
      The certificate goes into the system's trust store, as wiretape-DIGITS.crt, by the distribution's own tool \
      (update-ca-certificates, update-ca-trust). Done twice, the second changes nothing. The certificate of a CA that \
      'relay ca rotate' replaced is taken out.

      Some programs keep stores of their own. Those on PATH are listed, each with what it needs; they are not changed.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   the system trusts the CA
      2   it does not
      64  the command line makes no sense

    EXAMPLE:
        $ sudo relay ca install
    """

  @OptionGroup var ca: CAOptions

  @Flag(
    help: """
      Print one JSON object: v, changed, file, bundle, programs [{name, path, covered, need, set}].
      """)
  var json = false

  func run() throws {
    let directory = try ca.authorityDirectory()
    try CallerRights.requireRoot(for: "install")
    let (certificate, previous) = try tellingTLSFailures {
      (try directory.certificate(), try directory.previousCertificate())
    }
    try Self.refuseExpired(certificate, directory)
    let store = try SystemTrustStore.find()
    let hasChanged = try InstalledAuthority.install(certificate, replacing: previous, in: store)
    let report = InstallReport(
      hasChanged: hasChanged, file: store.path(of: certificate), bundle: store.bundle,
      programs: ProgramStore.find(
        bundle: store.bundle, file: store.path(of: certificate), certificate: certificate.der,
        environment: CallerEnvironment.variables()))
    print(json ? report.jsonText : report.plainText)
  }

  private static func refuseExpired(
    _ certificate: AuthorityCertificate, _ directory: AuthorityDirectory
  ) throws(CommandFailure) {
    guard certificate.daysLeft(at: .now()) < 0 else { return }
    throw CommandFailure(
      "the CA in '\(directory.path)' expired on \(CivilTime(certificate.facts.notAfter).date)",
      hint: "make a new CA with: relay ca rotate")
  }
}

/// What an installation came to.
struct InstallReport {
  var hasChanged: Bool
  var file: String
  var bundle: String
  var programs: [ProgramStore]

  var plainText: String {
    var lines = [
      "\(hasChanged ? "installed" : "installed already"): '\(file)', in '\(bundle)'",
      "programs that run already read the store when they start: restart them",
    ]
    let others = programs.filter { !$0.isCovered }
    if !others.isEmpty { lines.append("these have stores of their own, or may have:") }
    let width = others.map(\.name.count).max() ?? 0
    for program in others {
      let padding = String(repeating: " ", count: width - program.name.count)
      lines.append("  \(program.name)\(padding)  \(TerminalText.escaped(program.path)): \(program.need)")
      lines += program.settings.map {
        "  \(String(repeating: " ", count: width))    \(TerminalText.escaped($0))"
      }
    }
    return lines.joined(separator: "\n")
  }

  var jsonText: String {
    var json = JSONWriter()
    json.object { json in
      json.field("v", 1)
      json.field("changed", hasChanged)
      json.field("file", file)
      json.field("bundle", bundle)
      json.field("programs") { json in
        json.array { json in
          for program in programs { program.write(to: &json) }
        }
      }
    }
    return json.text
  }
}
