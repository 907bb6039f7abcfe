import ArgumentParser
import CommandSupport
import JSONText
import TLSEngine

struct CAUninstallCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "uninstall",
    abstract: "Have this machine trust the CA no longer.",
    discussion: """
      Every certificate that 'relay ca install' ever put into the system's trust store is taken out, also those of \
      earlier CAs, and also when the CA's directory is gone. The CA itself stays. What was set up by hand, for programs \
      with stores of their own, stays too.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   the system does not trust the CA
      2   it may still
      64  the command line makes no sense

    EXAMPLE:
        $ sudo relay ca uninstall
    """

  @OptionGroup var ca: CAOptions

  @Flag(help: "Print one JSON object: v, removed.")
  var json = false

  func run() throws {
    let directory = try ca.authorityDirectory()
    try CallerRights.requireRoot(for: "uninstall")
    let removed = try InstalledAuthority.uninstall(
      knowing: known(directory), from: try SystemTrustStore.find())
    guard !json else { return print(jsonText(removed)) }
    if removed.isEmpty { print("nothing of Wiretape's is installed") }
    for file in removed { print("removed: '\(file)'") }
  }

  /// Only helps to find leftovers, so that it does not matter where there is none, or one that is refused.
  private func known(_ directory: AuthorityDirectory) -> [AuthorityCertificate] {
    let certificates = [try? directory.certificate(), (try? directory.previousCertificate()).flatMap(\.self)]
    return certificates.compactMap(\.self)
  }

  private func jsonText(_ removed: [String]) -> String {
    var json = JSONWriter()
    json.object { json in
      json.field("v", 1)
      json.strings("removed", removed)
    }
    return json.text
  }
}
