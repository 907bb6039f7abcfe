import CommandSupport
import Glibc
import LinuxSystem
import SessionEvents
import TLSEngine

/// The certificates of Wiretape's CAs in the system's trust store: what is put there, and what is taken away.
///
/// A file of ours is called `wiretape-` and the first 16 digits of the certificate's SHA-256, so that none is mistaken
/// for another's, and one that an earlier CA left is still known.
enum InstalledAuthority {
  private static let prefix = "wiretape-"
  private static let suffix = ".crt"

  static func name(of certificate: AuthorityCertificate) -> String {
    prefix + AuthorityText.hex(Array(certificate.facts.sha256.prefix(8))) + suffix
  }

  static func isOurs(_ name: String) -> Bool {
    let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
    return name.hasPrefix(prefix) && name.hasSuffix(suffix) && digits.utf8.count == 16
      && digits.allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }

  /// The files in which the system's store has the certificate, and the bundle that was made of them.
  static func paths(of certificate: AuthorityCertificate) -> [String] {
    SystemTrustStore.all.flatMap { store in
      [store.path(of: certificate)].filter { access($0, F_OK) == 0 }
        + (store.trusts(certificate) ? [store.bundle] : [])
    }
  }

  /// Has the system trust the certificate, and no longer the CA that it replaced; returns whether anything changed.
  static func install(
    _ certificate: AuthorityCertificate, replacing previous: AuthorityCertificate?, in store: SystemTrustStore
  ) throws(CommandFailure) -> Bool {
    let path = store.path(of: certificate)
    let isThere = SystemFiles.contents(of: path) == certificate.pem
    var replaced: [String] = []
    if let previous, access(store.path(of: previous), F_OK) == 0 { replaced = [store.path(of: previous)] }
    if isThere, replaced.isEmpty, store.trusts(certificate) { return false }
    if !isThere { try write(certificate.pem, to: path) }
    do throws(CommandFailure) {
      try remove(replaced, from: store)
    } catch {
      // What the tool did not take in shall not lie there for its next run.
      if !isThere { unlink(path) }
      throw error
    }
    guard store.trusts(certificate) else {
      throw CommandFailure(
        "'\(store.tool)' did not take '\(path)' into '\(store.bundle)'",
        hint: "run '\(store.tool)' by hand, and see what it says")
    }
    return true
  }

  /// Takes away every certificate that was installed under our name; returns the files, none where there were none.
  static func uninstall(
    knowing certificates: [AuthorityCertificate], from store: SystemTrustStore
  ) throws(CommandFailure) -> [String] {
    let files = store.ownFiles
    let traces = store.deadLinks + (certificates.contains(where: store.trusts) ? [store.bundle] : [])
    guard !files.isEmpty || !traces.isEmpty else { return [] }
    try remove(files, from: store)
    guard !certificates.contains(where: store.trusts) else {
      throw CommandFailure(
        "the CA is still in '\(store.bundle)'",
        hint:
          "somebody put it into '\(store.anchors)' under another name: remove it there, then run '\(store.tool)'"
      )
    }
    return files.isEmpty ? traces : files
  }

  /// Removes the files, and has the system derive its own anew, without what an earlier removal left behind.
  private static func remove(_ files: [String], from store: SystemTrustStore) throws(CommandFailure) {
    for file in files {
      guard unlink(file) == 0 || errno == ENOENT else { throw failure("unlink", file) }
    }
    let gone = files + store.deadLinks
    try store.update(gone.isEmpty ? store.addingArguments : store.removingArguments)
    try store.announceRemoval(of: gone)
  }

  /// In one step, so that the tool never reads half a file.
  private static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    let temporary = "\(path).new"
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure("open", temporary) }
    defer { close(file) }
    // Whatever the umask: everybody reads the certificate.
    guard fchmod(file, 0o644) == 0, SystemFiles.write(bytes, to: file), fsync(file) == 0,
      rename(temporary, path) == 0
    else {
      let failure = failure("write", temporary)
      unlink(temporary)
      throw failure
    }
  }

  private static func failure(_ call: String, _ path: String) -> CommandFailure {
    CommandFailure("'\(path)': \(SystemCallFailure(call))")
  }
}
