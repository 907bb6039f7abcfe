import CommandSupport
import Sandbox
import SessionEvents
import TLSEngine

/// What the command must see for it to trust the relay: merged bundles in the places of the system's, and variables.
struct PrivateTrust {
  let files: [ReplacedFile]
  let environment: [String: String]
  /// What the user should know.
  let notes: [String]

  init(authority: SigningAuthority, environment callers: [String: String], now: Timestamp) throws {
    let bundles = TrustEnvironment.systemBundles()
    guard let bundle = bundles.first else {
      throw CommandFailure(
        "no bundle of CA certificates on this system, so there is nothing to add the relay's CA to",
        hint: "sudo apt-get install ca-certificates")
    }
    let trust = TrustEnvironment(bundle: bundle, environment: callers)
    let merged = try SystemTrustBundle(path: bundle).merged(with: authority)
    var files = bundles.map { ReplacedFile(path: $0, contents: merged, isRequired: false) }
    for path in trust.callersBundles where !bundles.contains(path) {
      files.append(
        ReplacedFile(path: path, contents: try SystemTrustBundle(path: path).merged(with: authority)))
    }
    let javaStores = TrustEnvironment.javaTrustStores(environment: callers)
    if !javaStores.isEmpty {
      let store = try SystemTrustBundle(path: bundle).javaTrustStore(with: authority, created: now)
      files += javaStores.map { ReplacedFile(path: $0, contents: store, isRequired: false) }
    }
    self.files = files
    self.environment = trust.changes
    notes = trust.notes
  }
}
