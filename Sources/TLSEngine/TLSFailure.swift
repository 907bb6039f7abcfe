/// Why something in the TLS engine failed.
public enum TLSFailure: Error, Hashable, Sendable {
  /// OpenSSL refused a call: its name, the first error's code, and OpenSSL's text for it.
  case openSSL(call: String, code: UInt, text: String)
  /// The peer ended the connection with a fatal alert: its name (RFC 8446 §6) and number.
  case alertReceived(name: String, code: UInt8)
  /// A file of certificates cannot be read, or holds none.
  case unusableFile(path: String, text: String)
  /// A CA's files are not used, or not made.
  case authority(AuthorityFailure)
  /// The client's server name is no name that TLS can carry (it is empty, has a NUL, or over 255 bytes).
  case unusableServerName(String)
  /// The client offers only versions before TLS 1.2; their numbers on the wire.
  case unsupportedVersions([UInt16])
  /// The upstream certificate does not stand, and the policy is to reject such; OpenSSL's texts.
  case certificateRejected([String])
  /// The upstream server finished its handshake without a certificate.
  case noCertificate
  /// Output was closed before; nothing more can be sent.
  case outputClosed
}

extension TLSFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .openSSL(let call, _, let text): "\(call): \(text)"
    case .alertReceived(let name, let code): "the peer sent the alert \(name) (\(code))"
    case .unusableFile(let path, let text): "cannot use the certificates in '\(path)': \(text)"
    case .authority(let failure): failure.description
    case .unusableServerName(let name): "the server name '\(printable(name.utf8))' cannot be used"
    case .unsupportedVersions(let versions):
      "the client offers no TLS version from 1.2 on, only "
        + versions.map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
    case .certificateRejected(let texts):
      "the server's certificate does not stand: " + texts.joined(separator: "; ")
    case .noCertificate: "the server showed no certificate"
    case .outputClosed: "the output is closed already"
    }
  }
  /// What to do about it, where there is something to say.
  public var hint: String? {
    if case .authority(let failure) = self { failure.hint } else { nil }
  }
}
