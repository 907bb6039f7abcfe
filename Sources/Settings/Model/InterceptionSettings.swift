package import TLSEngine

/// How TLS is taken off, and whom the relay trusts.
package struct InterceptionSettings: Hashable, Sendable {
  /// Of the host-wide CA that `relay ca` keeps; not used where `ownAuthority` is set.
  package var authorityDirectory = "/var/lib/wiretape/ca"
  package var certificateFile: String?
  /// Set exactly where `certificateFile` is.
  package var keyFile: String?
  /// PEM files of CA certificates for upstream servers, besides the system's.
  package var upstreamAuthorities: [String] = []
  package var onBadCertificate = BadCertificatePolicy.mirror
  /// `example.com`, or `*.example.com` for all below.
  package var bypass: [String] = []

  package init() {}

  /// Where the signing CA is.
  package var authority: AuthorityPlace {
    guard let certificateFile, let keyFile else { return .directory(authorityDirectory) }
    return .files(certificate: certificateFile, key: keyFile)
  }
}

/// Where the signing CA comes from.
package enum AuthorityPlace: Hashable, Sendable {
  case directory(String)
  /// PEM files of the administrator's own.
  case files(certificate: String, key: String)
}
