import ArgumentParser
import CommandSupport
import Relay
import SessionEvents
import TLSEngine

struct CARotateCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Replace the CA by a new one, and destroy the old one's key.",
    discussion: """
      The old certificate is kept as ca-previous.pem. If the system trusted it, the system trusts the new one instead, at \
      once; so a running relay must be restarted, since clients refuse what it signs with the old key. Names that the old \
      CA was permitted to sign for are taken over, unless --permit or --permit-all says otherwise.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   the CA is replaced
      2   it is not, or is not trusted where the old one was
      64  the command line makes no sense

    EXAMPLE:
        $ sudo relay ca rotate && sudo systemctl restart wiretape
    """

  @OptionGroup var ca: CAOptions
  @OptionGroup var new: NewCAOptions

  @Flag(help: "Sign for every name, whatever the old CA was permitted.")
  var permitAll = false

  func validate() throws {
    if permitAll, !new.permit.isEmpty {
      throw ValidationError("--permit and --permit-all contradict each other")
    }
  }

  func run() throws {
    let directory = try ca.writableDirectory()
    let diagnostics = Diagnostics(tool: "relay")
    let old = try tellingTLSFailures { try directory.oldCertificate() }
    let store = try Self.storeToUpdate(old)
    let certificate = try tellingTLSFailures { try directory.rotate(try options(after: old)) }
    print(AuthorityText(certificate, at: .now()).lines.joined(separator: "\n"))
    diagnostics.note("replaced the CA in '\(directory.path)', and destroyed the old key")
    if let store {
      _ = try InstalledAuthority.install(certificate, replacing: old, in: store)
      if store.trusts(old) {
        diagnostics.warning(
          "the system still trusts the old CA: somebody put it into '\(store.anchors)' under another name")
      } else {
        diagnostics.note("the system trusts the new CA, and the old one no longer")
      }
    }
    diagnostics.note(
      "a running relay must be restarted: clients refuse the old CA's certificates")
  }

  /// The system's store, where it has the old CA; what could keep it from being replaced there is told before anything
  /// is changed.
  private static func storeToUpdate(_ old: AuthorityCertificate) throws(CommandFailure) -> SystemTrustStore? {
    guard !InstalledAuthority.paths(of: old).isEmpty else { return nil }
    try CallerRights.requireRoot(for: "rotate")
    return try SystemTrustStore.find()
  }

  /// A CA that may sign for less is not replaced by one that may sign for more, unless that is asked for.
  private func options(after old: AuthorityCertificate) throws(CommandFailure) -> AuthorityOptions {
    var options = new.authorityOptions()
    guard let constraints = old.constraints, !permitAll, new.permit.isEmpty else { return options }
    options.permitted = constraints.permittedNames
    guard !options.permitted.isEmpty, options.permitted.count == constraints.permitted.count else {
      throw CommandFailure(
        "the old CA has name constraints of a kind that is not made here",
        hint: "say what the new one may sign for, with --permit or --permit-all")
    }
    return options
  }
}
