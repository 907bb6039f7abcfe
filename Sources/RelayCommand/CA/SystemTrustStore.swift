import CommandSupport
import Glibc
import LinuxSystem
import TLSEngine

/// A way in which distributions keep the CA certificates that the system trusts.
struct SystemTrustStore {
  let name: String
  /// Where an administrator puts certificates.
  let anchors: String
  /// The one file that is made of all of them.
  let bundle: String
  /// Makes it, and whatever else the distribution derives.
  let tool: String
  let addingArguments: [String]
  /// With these the tool also clears away what belongs to certificates that are gone.
  let removingArguments: [String]
  /// Links to the certificates, by name, in the directory that OpenSSL looks in; and programs that are told of changes.
  let links: (directory: String, hooks: String)?

  static let all = [
    SystemTrustStore(
      name: "Fedora", anchors: "/etc/pki/ca-trust/source/anchors",
      bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", tool: "update-ca-trust",
      addingArguments: ["extract"], removingArguments: ["extract"], links: nil),
    SystemTrustStore(
      name: "Arch", anchors: "/etc/ca-certificates/trust-source/anchors",
      bundle: "/etc/ca-certificates/extracted/tls-ca-bundle.pem", tool: "update-ca-trust",
      addingArguments: [], removingArguments: [], links: nil),
    SystemTrustStore(
      name: "openSUSE", anchors: "/etc/pki/trust/anchors",
      bundle: "/var/lib/ca-certificates/ca-bundle.pem", tool: "update-ca-certificates",
      addingArguments: [], removingArguments: [], links: nil),
    SystemTrustStore(
      name: "Debian", anchors: "/usr/local/share/ca-certificates",
      bundle: "/etc/ssl/certs/ca-certificates.crt", tool: "update-ca-certificates",
      addingArguments: [], removingArguments: ["--fresh"],
      links: (directory: "/etc/ssl/certs", hooks: "/etc/ca-certificates/update.d")),
  ]

  /// Only the system's own programs are run, whatever the caller's PATH says.
  private static let search = ToolSearch(directories: ["/usr/sbin", "/sbin", "/usr/bin", "/bin"])

  /// The one of this system.
  static func find() throws(CommandFailure) -> SystemTrustStore {
    for store in all where SystemFiles.isDirectory(store.anchors) && search.path(of: store.tool) != nil {
      return store
    }
    throw CommandFailure(
      "this system has no trust store of a kind that is known here",
      hint: "on Debian and Ubuntu: sudo apt-get install ca-certificates")
  }

  /// The path that a CA's certificate has in it: its name says which it is.
  func path(of certificate: AuthorityCertificate) -> String {
    "\(anchors)/\(InstalledAuthority.name(of: certificate))"
  }

  /// Whether the system trusts the certificate now, by whatever file.
  func trusts(_ certificate: AuthorityCertificate) -> Bool {
    (try? certificate.isIn(SystemTrustBundle(path: bundle))) ?? false
  }

  /// Files of ours in it, whole paths; also one that was not written to its end.
  var ownFiles: [String] {
    SystemFiles.names(in: anchors).sorted().filter { name in
      InstalledAuthority.isOurs(name.hasSuffix(".new") ? String(name.dropLast(4)) : name)
    }.map { "\(anchors)/\($0)" }
  }

  /// Links of ours that lead nowhere any more: an earlier removal was cut off.
  var deadLinks: [String] {
    guard let links else { return [] }
    return SystemFiles.names(in: links.directory).sorted().filter { name in
      let stem = name.hasSuffix(".pem") ? String(name.dropLast(4)) : ""
      return InstalledAuthority.isOurs("\(stem).crt") && access("\(links.directory)/\(name)", F_OK) != 0
    }.map { "\(links.directory)/\($0)" }
  }

  /// Has the system derive its files anew.
  func update(_ arguments: [String]) throws(CommandFailure) {
    guard let path = Self.search.path(of: tool) else {
      throw CommandFailure("'\(tool)' is not installed")
    }
    try run(path, arguments)
  }

  /// Tells the programs that keep stores of their own in step (Java's) of certificates that are gone, by their files or
  /// links: the tool tells them only of those that it finds.
  func announceRemoval(of files: [String]) throws(CommandFailure) {
    guard let links, !files.isEmpty else { return }
    let stems = Set(files.map { ($0.split(separator: "/").last ?? "").prefix { $0 != "." } })
    let lines = stems.sorted().map { "-\(links.directory)/\($0).pem\n" }.joined()
    for hook in SystemFiles.names(in: links.hooks).sorted() where !hook.contains(".") {
      let path = "\(links.hooks)/\(hook)"
      if access(path, X_OK) == 0 { try run(path, [], input: lines) }
    }
  }

  private func run(_ path: String, _ arguments: [String], input: String = "") throws(CommandFailure) {
    let outcome: SystemTool.Outcome
    do {
      outcome = try SystemTool.start(path, arguments, input: input).finish()
    } catch {
      throw CommandFailure("cannot start '\(path)': \(error)")
    }
    guard outcome.status == .exited(0) else {
      let last = outcome.output.split(separator: "\n").last.map { ": \($0)" } ?? ""
      throw CommandFailure("'\(path)' ended with status \(outcome.status.exitStatus)\(last)")
    }
  }
}

extension SystemFiles {
  static func isDirectory(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }
}
