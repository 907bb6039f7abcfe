import COpenSSL
import SessionEvents

/// The certificates that a server showed, read and judged; shared by all connections that were shown the same.
final class PeerChain: Sendable {
  /// What a judgement depends on, besides the trust store and the time.
  struct Key: Hashable, Sendable {
    /// SHA-256 of each certificate that was shown, leaf first, one after the other.
    var sha256: [UInt8]
    var name: PeerName
  }

  let leafSHA256: [UInt8]
  let facts: [CertificateFacts]
  /// Every error of every certificate, in the order in which OpenSSL met them.
  let defects: [CertificateDefect]

  init(_ certificates: [OpaquePointer], defects: [CertificateDefect]) throws(TLSFailure) {
    var facts: [CertificateFacts] = []
    for certificate in certificates { facts.append(try CertificateFacts(x509: certificate)) }
    self.facts = facts
    self.defects = defects
    leafSHA256 = facts.first?.sha256 ?? []
  }

  /// Each text once.
  var defectTexts: [String] {
    var texts: [String] = []
    for text in defects.map(\.text) where !texts.contains(text) { texts.append(text) }
    return texts
  }
}
