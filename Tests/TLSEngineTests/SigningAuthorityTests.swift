import COpenSSL
import SessionEvents
import Testing

@testable import TLSEngine

@Suite struct `Signing authority` {
  @Test func `has the fields of a CA that signs leaves only`() throws {
    let authority = try SigningAuthority()
    let bytes = try MemoryBIO.bytes { X509_print($0, authority.certificate.pointer) }
    let text = String(decoding: bytes, as: UTF8.self)
    for line in [
      "Basic Constraints: critical\n                CA:TRUE, pathlen:0", "Key Usage: critical\n",
      "Certificate Sign\n", "X509v3 Subject Key Identifier", "NIST CURVE: P-256", "ecdsa-with-SHA256",
    ] {
      #expect(text.contains(line))
    }
    #expect(
      try #require(
        authority.facts.subject.wholeMatch(of: /CN=Wiretape relay \d{4}-\d\d-\d\d [0-9a-f]{8},O=Wiretape/)
      ).0 == authority.facts.issuer)
    #expect(X509_cmp_current_time(X509_get0_notBefore(authority.certificate.pointer)) < 0)
    #expect(X509_cmp_current_time(X509_get0_notAfter(authority.certificate.pointer)) > 0)
  }

  @Test func `is another one each time`() throws {
    let one = try SigningAuthority()
    let other = try SigningAuthority()
    #expect(one.certificateDER != other.certificateDER)
    #expect(one.facts.subject != other.facts.subject)
  }

  @Test func `shows the same certificate in PEM and DER`() throws {
    let authority = try SigningAuthority()
    let read = try PEMFile.derCertificates(in: authority.certificatePEM, path: "memory")
    #expect(read == [authority.certificateDER])
  }
}
