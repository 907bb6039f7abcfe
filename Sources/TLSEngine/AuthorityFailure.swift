public import SessionEvents

/// Why a CA's files are not used, or not made.
public enum AuthorityFailure: Error, Hashable, Sendable {
  /// No CA in this directory.
  case missing(directory: String)
  /// There is one already.
  case exists(directory: String)
  /// A system call failed on this path: the call, `errno`, its text.
  case system(path: String, call: String, code: Int32, text: String)
  /// A mode that lets in more than the wanted one; only the permission bits.
  case mode(path: String, found: UInt32, wanted: UInt32)
  /// Owned by someone else than the users who may, in the order of preference.
  case owner(path: String, found: UInt32, wanted: [UInt32])
  case symbolicLink(path: String)
  case hardLinks(path: String, count: UInt64)
  case notRegular(path: String)
  case notDirectory(path: String)
  /// Another process holds the directory's lock.
  case busy(directory: String)
  /// A key without a certificate: it is not overwritten.
  case strayKey(path: String)
  case encryptedKey(path: String)
  /// No private key that OpenSSL reads; its text.
  case unreadableKey(path: String, text: String)
  case wrongKey(certificate: String, key: String)
  /// Basic constraints that say CA:TRUE are missing.
  case notAuthority(path: String)
  /// The key usage leaves out keyCertSign.
  case mayNotSign(path: String)
  /// The extended key usage leaves out TLS servers.
  case notForServers(path: String)
  case expired(path: String, notAfter: Timestamp)
  case notYetValid(path: String, notBefore: Timestamp)
}

extension AuthorityFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let directory): "no CA in '\(directory)'"
    case .exists(let directory): "there is a CA in '\(directory)' already"
    case .system(let path, let call, _, let text): "'\(path)': \(call): \(text)"
    case .mode(let path, let found, let wanted):
      "'\(path)' has mode \(octal(found)), which is looser than \(octal(wanted))"
    case .owner(let path, let found, let wanted):
      "'\(path)' belongs to uid \(found), not to uid \(wanted.map(String.init).joined(separator: " or "))"
    case .symbolicLink(let path): "'\(path)' is a symbolic link"
    case .hardLinks(let path, let count): "'\(path)' has \(count) hard links, not 1"
    case .notRegular(let path): "'\(path)' is no regular file"
    case .notDirectory(let path): "'\(path)' is no directory"
    case .busy(let directory): "another process is at work on the CA in '\(directory)'"
    case .strayKey(let path): "'\(path)' is a key without its certificate, ca.pem"
    case .encryptedKey(let path): "the private key in '\(path)' is encrypted"
    case .unreadableKey(let path, let text): "no private key can be read from '\(path)': \(text)"
    case .wrongKey(let certificate, let key): "'\(key)' is not the key of the certificate in '\(certificate)'"
    case .notAuthority(let path): "the certificate in '\(path)' is no CA's: it lacks CA:TRUE"
    case .mayNotSign(let path): "the certificate in '\(path)' may not sign: its key usage lacks keyCertSign"
    case .notForServers(let path):
      "the certificate in '\(path)' is not for TLS servers: its extended key usage lacks serverAuth"
    case .expired(let path, let notAfter):
      "the certificate in '\(path)' expired on \(CivilTime(notAfter).date)"
    case .notYetValid(let path, let notBefore):
      "the certificate in '\(path)' is not valid before \(CivilTime(notBefore).date)"
    }
  }

  /// What to do about it; nil where the description says it.
  public var hint: String? {
    switch self {
    case .missing: "make one with: relay ca init"
    case .exists: "use it, or replace it with: relay ca rotate"
    case .system(let path, _, let code, _): Self.hint(path: path, code: code)
    case .mode(let path, _, let wanted):
      "chmod \(octal(wanted)) '\(path)', once you know who may have read it"
    case .owner(let path, _, let wanted):
      wanted.first.map { "chown \($0) '\(path)', or name the owner with --user" }
    case .symbolicLink: "give the real path, or put the real thing there"
    case .hardLinks: "remove the other names, or make a new CA"
    case .notRegular, .notDirectory: nil
    case .busy: "wait for it to end, then try again"
    case .strayKey: "put its certificate beside it, or move the key away"
    case .encryptedKey(let path): "decrypt it, with its mode 0600: openssl pkey -in '\(path)' -out FILE"
    case .unreadableKey: "give a file with one private key in PEM"
    case .wrongKey: "give the certificate and the key that were made together"
    case .notAuthority, .mayNotSign, .notForServers: "make a CA with: relay ca init"
    case .expired: "make a new CA with: relay ca rotate"
    case .notYetValid: "check this machine's clock"
    }
  }

  private static func hint(path: String, code: Int32) -> String? {
    switch code {
    case SystemError.permissionDenied, SystemError.notPermitted:
      "run it as root, or as the user who owns '\(path)'"
    case SystemError.noSuchFile: "check the path"
    default: nil
    }
  }
}

/// A mode as chmod(1) takes it: `0640`.
private func octal(_ mode: UInt32) -> String {
  let digits = String(mode, radix: 8)
  return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
}
