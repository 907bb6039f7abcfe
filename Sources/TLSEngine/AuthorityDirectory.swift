import Glibc

/// Where the host's CA is kept: `ca.pem` and `ca.key` in a directory that is the service user's alone.
///
/// The directory must have mode 0700 or less, the certificate 0644, the key 0600, all of one owner, without symbolic
/// or hard links; anything looser is refused. There is a CA exactly when there is `ca.pem`, which appears in one step
/// and after its key; the key comes as `ca.key.new`, and gets its own name as soon as the certificate is there, so that
/// neither is without the other, whenever a process is killed:
///
/// ```
///                ca.key.new written     ca.pem.new → ca.pem    ca.key.new → ca.key
///  no CA, or the old one      the same, still         the new one, its key   the new one
///                                                     found by matching it
/// ```
/// Writers lock the directory against readers and each other.
public struct AuthorityDirectory: Hashable, Sendable {
  public static let standardPath = "/var/lib/wiretape/ca"

  /// Without a slash at its end, which would let a symbolic link be followed.
  public let path: String
  /// The service user, who must own the directory and its files.
  public let owner: UInt32

  enum Name {
    static let certificate = "ca.pem"
    static let newCertificate = "ca.pem.new"
    static let key = "ca.key"
    static let newKey = "ca.key.new"
    static let previous = "ca-previous.pem"
    static let newPrevious = "ca-previous.pem.new"
  }

  static let certificateMode: mode_t = 0o644
  static let keyMode: mode_t = 0o600

  public init(path: String = standardPath, owner: UInt32) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    self.owner = owner
  }

  /// The CA with its key, fit to sign with.
  public func load() throws(TLSFailure) -> SigningAuthority {
    let directory = try openExisting()
    try directory.lock(forWriting: false)
    let certificates = try certificates(directory, Name.certificate)
    guard let certificate = certificates.first else { throw .authority(.missing(directory: path)) }
    let (key, name) = try key(of: certificate, in: directory)
    return try SigningAuthority(
      certificates, path: directory.path(of: Name.certificate), key: key, keyPath: directory.path(of: name))
  }

  /// The certificate alone, whatever its validity; the key's file is checked too, but not read.
  public func certificate() throws(TLSFailure) -> AuthorityCertificate {
    let directory = try openExisting()
    try directory.lock(forWriting: false)
    let certificate = try authorityCertificate(directory, Name.certificate)
    let isInterrupted = directory.contains(Name.newKey) && !directory.contains(Name.key)
    _ = try directory.open(isInterrupted ? Name.newKey : Name.key, mode: Self.keyMode)
    return certificate
  }

  /// The certificate of a CA that is to be replaced, whatever became of its key.
  public func oldCertificate() throws(TLSFailure) -> AuthorityCertificate {
    let directory = try openExisting()
    try directory.lock(forWriting: false)
    return try authorityCertificate(directory, Name.certificate)
  }

  /// The certificate that was in use before the last rotation, or nil.
  public func previousCertificate() throws(TLSFailure) -> AuthorityCertificate? {
    let directory = try openExisting()
    try directory.lock(forWriting: false)
    guard directory.contains(Name.previous) else { return nil }
    return try authorityCertificate(directory, Name.previous)
  }

  // MARK: Inside

  func openExisting() throws(TLSFailure) -> OwnedDirectory {
    do {
      return try OwnedDirectory.open(path, owner: owner)
    } catch .authority(.system(_, _, ENOENT, _)) {
      throw .authority(.missing(directory: path))
    }
  }

  private func authorityCertificate(
    _ directory: borrowing OwnedDirectory, _ name: String
  ) throws(TLSFailure) -> AuthorityCertificate {
    guard let first = try certificates(directory, name).first else {
      throw .authority(.missing(directory: path))
    }
    return try AuthorityCertificate(first)
  }

  func certificates(_ directory: borrowing OwnedDirectory, _ name: String) throws(TLSFailure) -> [Certificate]
  {
    guard directory.contains(name) else { throw .authority(.missing(directory: path)) }
    let file = try directory.open(name, mode: Self.certificateMode)
    return try PEMFile.certificates(in: file)
  }

  /// The certificate's key, and the name of its file: the new one where a process was killed before it could rename it.
  func key(
    of certificate: Certificate, in directory: borrowing OwnedDirectory
  ) throws(TLSFailure) -> (key: PrivateKey, name: String) {
    if directory.contains(Name.newKey) {
      let file = try directory.open(Name.newKey, mode: Self.keyMode)
      // One that was cut off in writing is nobody's key.
      if let key = try? PrivateKey.read(from: file), key.matches(certificate) { return (key, Name.newKey) }
    }
    let file = try directory.open(Name.key, mode: Self.keyMode)
    return (try PrivateKey.read(from: file), Name.key)
  }
}
