import ArgumentParser
import CommandSupport
import JSONText
import Relay
import SessionEvents
import TLSEngine

struct CAShowCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the CA's certificate, and where it is trusted.",
    discussion: "The files' owner and modes are checked too. The key is neither read nor shown.")

  static let helpEnding = """
    EXIT STATUS:
      0   the CA is shown
      2   there is none, or its files are not as they must be
      64  the command line makes no sense

    EXAMPLE:
        $ sudo relay ca show --json | jq .days_left
    """

  @OptionGroup var ca: CAOptions

  @Flag(
    help: """
      Print one JSON object: v, directory, subject, sha256, sha1, not_before, not_after, days_left, permitted, excluded, \
      installed, previous.
      """)
  var json = false

  func run() throws {
    let directory = try ca.authorityDirectory()
    try tellingTLSFailures {
      let certificate = try directory.certificate()
      let previous = try directory.previousCertificate()
      let text = json ? jsonText(directory, certificate, previous) : plainText(certificate, previous)
      print(text)
    }
  }

  private func plainText(_ certificate: AuthorityCertificate, _ previous: AuthorityCertificate?) -> String {
    var lines = AuthorityText(certificate, at: .now()).lines
    lines.append(
      AuthorityText.line("installed", InstalledAuthority.paths(of: certificate).joined(separator: ", ")))
    if let previous {
      let paths = InstalledAuthority.paths(of: previous)
      let place = paths.isEmpty ? "" : ", still installed: \(paths.joined(separator: ", "))"
      lines.append(AuthorityText.line("previous", AuthorityText.fingerprint(previous.facts.sha256) + place))
    }
    return lines.joined(separator: "\n")
  }

  private func jsonText(
    _ directory: AuthorityDirectory, _ certificate: AuthorityCertificate, _ previous: AuthorityCertificate?
  ) -> String {
    var json = JSONWriter()
    json.object { json in
      json.field("v", 1)
      json.field("directory", directory.path)
      Self.write(certificate, to: &json)
      json.field("previous") { json in
        if let previous { json.object { Self.write(previous, to: &$0) } } else { json.null() }
      }
    }
    return json.text
  }

  private static func write(_ certificate: AuthorityCertificate, to json: inout JSONWriter) {
    json.field("subject", certificate.facts.subject)
    json.field("sha256", AuthorityText.hex(certificate.facts.sha256))
    json.field("sha1", AuthorityText.hex(certificate.sha1))
    json.field("not_before", certificate.facts.notBefore.description)
    json.field("not_after", certificate.facts.notAfter.description)
    json.field("days_left", certificate.daysLeft(at: .now()))
    json.strings("permitted", certificate.constraints?.permitted)
    json.strings("excluded", certificate.constraints?.excluded)
    json.strings("installed", InstalledAuthority.paths(of: certificate))
  }
}

extension JSONWriter {
  /// Writes the list, or `null`.
  mutating func strings(_ name: String, _ values: [String]?) {
    field(name) { json in
      guard let values else { return json.null() }
      json.array { json in
        for value in values { json.string(value) }
      }
    }
  }
}
