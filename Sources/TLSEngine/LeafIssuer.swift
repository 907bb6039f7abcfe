import COpenSSL
import SessionEvents
import Synchronization

/// Mints the leaf certificates that clients are shown, each a copy of what the upstream server showed.
///
/// Subject, subject alternative names and validity are copied; the key is one ECDSA P-256 key for the whole run, or an
/// RSA one for clients that take no other. A chain that does not stand is never blessed: where the leaf itself shows
/// what is wrong (validity, names), the copy shows it too; a self-signed certificate becomes a self-signed one; anything
/// else is signed by a CA that nobody trusts. A leaf may outlive the authority: clients look at both. Leaves are cached;
/// one issuer may be used from any thread.
public final class LeafIssuer: Sendable {
  private struct Key: Hashable, Sendable {
    /// Of the upstream leaf; empty where there is none.
    var sha256: [UInt8]
    var defects: DefectClass
    /// The name that is put into the leaf, where it is not a copy.
    var acceptedName: PeerName?
    /// The name that was asked for, where name constraints may leave no other in the copy.
    var askedName: PeerName?
  }

  /// What signs a copy, and what is sent after it.
  private struct Issuer {
    var certificate: Certificate
    var key: PrivateKey
    var chain: [Certificate]
    var constraints: [NameConstraints] = []

    init(certificate: Certificate, key: PrivateKey, chain: [Certificate]) {
      self.certificate = certificate
      self.key = key
      self.chain = chain
    }

    init(_ authority: SigningAuthority) {
      self.init(certificate: authority.certificate, key: authority.key, chain: authority.chain)
      constraints = authority.constraints
    }
  }

  private let authority: SigningAuthority
  private let leafKey: PrivateKey
  private let rsaLeafKey = RSALeafKey()
  /// Signs what clients shall not trust; its certificate is made anew for each issuer's name.
  private let untrustedKey: PrivateKey
  private let cache: Mutex<LRUCache<Key, LeafContext>>
  private let minted = Atomic<UInt64>(0)

  /// How many leaves were minted, those included that were not kept.
  public var mintedCount: UInt64 { minted.load(ordering: .relaxed) }

  /// Makes the keys; at most `capacity` leaves are kept.
  public init(authority: SigningAuthority, capacity: Int = 1_024) throws(TLSFailure) {
    self.authority = authority
    leafKey = try PrivateKey()
    untrustedKey = try PrivateKey()
    cache = Mutex(LRUCache(capacity: capacity))
  }

  /// The leaf that answers to the certificate on `upstream`, whose handshake is complete; call it on that
  /// connection's thread.
  ///
  /// Throws ``TLSFailure/certificateRejected(_:)`` where the policy says so, else only when OpenSSL fails.
  public func context(
    for upstream: TLSConnection, policy: BadCertificatePolicy
  ) throws(TLSFailure) -> LeafContext {
    guard let certificate = upstream.peerCertificate, let chain = upstream.peerChain else {
      throw .noCertificate
    }
    let defects = chain.defects
    let acceptedName: PeerName?
    switch policy {
    case _ where defects.isEmpty, .mirror: acceptedName = nil
    case .reject: throw .certificateRejected(chain.defectTexts)
    case .accept: acceptedName = upstream.peerName
    }
    let key = Key(
      sha256: chain.leafSHA256, defects: DefectClass(defects), acceptedName: acceptedName,
      askedName: authority.constraints.isEmpty || defects.contains(where: \.isOfNames)
        ? nil : upstream.peerName)
    return try context(for: key) { () throws(TLSFailure) in
      if let acceptedName { return try self.accepted(certificate, as: acceptedName) }
      return try self.mirrored(certificate, key)
    }
  }

  /// A leaf for a name of which there is no upstream certificate to copy; it stands as long as the authority.
  public func context(forName name: PeerName) throws(TLSFailure) -> LeafContext {
    try context(for: Key(sha256: [], defects: .showsByItself, acceptedName: name)) { () throws(TLSFailure) in
      try self.accepted(nil, as: name)
    }
  }

  /// Mints outside the lock; when two threads mint the same leaf at once, both get the one that came first.
  private func context(
    for key: Key, mint: () throws(TLSFailure) -> LeafContext
  ) throws(TLSFailure) -> LeafContext {
    if let known = cache.withLock({ $0.value(for: key) }) { return known }
    let leaf = try mint()
    minted.add(1, ordering: .relaxed)
    return cache.withLock { $0.insert(leaf, for: key) }
  }

  private func mirrored(_ original: OpaquePointer, _ key: Key) throws(TLSFailure) -> LeafContext {
    let subject = X509_get_subject_name(original)
    switch key.defects {
    case .showsByItself:
      return try copy(original, issuer: Issuer(authority), askedName: key.askedName)
    case .selfSigned:
      let builder = try CertificateBuilder.start(subject: subject, issuer: subject, publicKey: leafKey)
      try builder.copyValidity(from: original)
      try builder.copyExtension(NID_subject_alt_name, from: original)
      try builder.addLeafExtensions(issuer: nil)
      return try LeafContext(
        certificate: try builder.sign(with: leafKey), key: leafKey, chain: [],
        fallback: RSAFallback(leafKey: rsaLeafKey, issuer: nil))
    case .untrusted(let rootShown):
      let issuer = try CertificateBuilder.authority(name: X509_get_issuer_name(original), key: untrustedKey)
      return try copy(
        original, issuer: Issuer(certificate: issuer, key: untrustedKey, chain: rootShown ? [issuer] : []),
        askedName: nil)
    }
  }

  /// Copies names and validity; where name constraints keep the issuer from signing for all names, those it may.
  private func copy(
    _ original: OpaquePointer, issuer: Issuer, askedName: PeerName?
  ) throws(TLSFailure) -> LeafContext {
    let builder = try CertificateBuilder.start(
      subject: X509_get_subject_name(original),
      issuer: X509_get_subject_name(issuer.certificate.pointer), publicKey: leafKey)
    try builder.copyValidity(from: original)
    try builder.copyNames(from: original, permittedBy: issuer.constraints, askedName: askedName)
    try builder.replaceSubject(unlessPermittedBy: issuer.constraints)
    try builder.addLeafExtensions(issuer: issuer.certificate)
    return try LeafContext(
      certificate: try builder.sign(with: issuer.key), key: leafKey, chain: issuer.chain,
      fallback: RSAFallback(leafKey: rsaLeafKey, issuer: (issuer.certificate, issuer.key)))
  }

  private func accepted(_ original: OpaquePointer?, as name: PeerName) throws(TLSFailure) -> LeafContext {
    let own = authority.certificate.pointer
    let plain = try DistinguishedName.make(commonName: String(name.description.prefix(64)))
    defer { extendLifetime(plain) }
    let builder = try CertificateBuilder.start(
      subject: original.flatMap { X509_get_subject_name($0) } ?? plain.pointer,
      issuer: X509_get_subject_name(own), publicKey: leafKey)
    try builder.setLeafValidity(within: own)
    try builder.addAlternativeName(name)
    try builder.replaceSubject(unlessPermittedBy: authority.constraints)
    try builder.addLeafExtensions(issuer: authority.certificate)
    return try LeafContext(
      certificate: try builder.sign(with: authority.key), key: leafKey, chain: authority.chain,
      fallback: RSAFallback(leafKey: rsaLeafKey, issuer: (authority.certificate, authority.key)))
  }
}

extension CertificateBuilder {
  /// From when the authority is valid on, and no longer than it is, nor than clients take a leaf for (397 days).
  fileprivate func setLeafValidity(within authority: OpaquePointer) throws(TLSFailure) {
    try copyValidity(from: authority)
    let limit = X509_gmtime_adj(nil, 397 * Self.day)
    defer { ASN1_TIME_free(limit) }
    guard ASN1_TIME_compare(X509_get0_notAfter(pointer), limit) > 0 else { return }
    try openSSL("X509_set1_notAfter") { X509_set1_notAfter(pointer, limit) }
    let hourAgo = X509_gmtime_adj(nil, -Self.hour)
    defer { ASN1_TIME_free(hourAgo) }
    guard ASN1_TIME_compare(X509_get0_notBefore(pointer), hourAgo) < 0 else { return }
    try openSSL("X509_set1_notBefore") { X509_set1_notBefore(pointer, hourAgo) }
  }

  fileprivate func addAlternativeName(_ name: PeerName) throws(TLSFailure) {
    let (type, bytes) = name.encoded
    try openSSL("X509_add1_ext_i2d") {
      wt_X509_add_alternative_name(pointer, type, bytes, Int32(bytes.count))
    }
  }
}
