import COpenSSL
import SessionEvents
import Testing

@testable import TLSEngine

@Suite struct `Certificate facts` {
  let key: PrivateKey

  init() throws {
    key = try PrivateKey()
  }

  func certificate(
    _ subject: [(field: String, value: [UInt8], type: Int32)] = [],
    _ change: (OpaquePointer) -> Void = { _ in }
  ) throws -> CertificateFacts {
    let name = X509_NAME_new()
    defer { X509_NAME_free(name) }
    for entry in subject {
      #expect(
        X509_NAME_add_entry_by_txt(
          name, entry.field, entry.type, entry.value, Int32(entry.value.count), -1, 0) == 1)
    }
    let builder = try CertificateBuilder.start(subject: name, issuer: name, publicKey: key)
    try builder.setValidity(fromNow: -10...10)
    change(builder.pointer)
    let signed = try builder.sign(with: key)
    return try CertificateFacts(x509: signed.pointer)
  }

  struct NameCase: Sendable {
    var value: [UInt8]
    var type = V_ASN1_UTF8STRING
    var text: String
  }

  @Test(arguments: [
    NameCase(value: Array("plain".utf8), text: "CN=plain"),
    NameCase(value: Array("Zürich".utf8), text: "CN=Zürich"),
    NameCase(value: Array("a,b+c".utf8), text: "CN=a\\,b\\+c"),
    NameCase(value: Array("good.test\0.evil.test".utf8), text: "CN=good.test\\00.evil.test"),
    NameCase(value: Array("two\nlines".utf8), text: "CN=two\\0Alines"),
    NameCase(value: [0x5a, 0xfc], type: V_ASN1_T61STRING, text: "CN=Zü"),
  ]) func `show a name as RFC 4514 has it`(_ expected: NameCase) throws {
    let facts = try certificate([("CN", expected.value, expected.type)])
    #expect(facts.subject == expected.text)
    #expect(facts.issuer == expected.text)
  }

  @Test func `put the most particular part first`() throws {
    let facts = try certificate([
      ("C", Array("CH".utf8), V_ASN1_PRINTABLESTRING), ("O", Array("Example".utf8), V_ASN1_UTF8STRING),
      ("CN", Array("example.com".utf8), V_ASN1_UTF8STRING),
    ])
    #expect(facts.subject == "CN=example.com,O=Example,C=CH")
  }

  @Test func `survive an empty name, and one that is no text`() throws {
    #expect(try certificate().subject == "")
    let facts = try certificate([("CN", [0x61], V_ASN1_UTF8STRING)]) { certificate in
      let entry = X509_NAME_get_entry(X509_get_subject_name(certificate), 0)
      #expect(ASN1_STRING_set(X509_NAME_ENTRY_get_data(entry), [0x61, 0xff, 0xfe] as [UInt8], 3) == 1)
    }
    #expect(facts.subject.hasPrefix("CN="))
    #expect(!facts.subject.contains("\u{fffd}"))
  }

  @Test func `cut a name of unreasonable length`() throws {
    let facts = try certificate([("description", Array(repeating: 0x61, count: 1_024), V_ASN1_UTF8STRING)])
    #expect(facts.subject.utf8.count == CertificateFacts.nameLengthLimit + "…".utf8.count)
  }

  @Test func `list names and addresses, with odd bytes escaped`() throws {
    let facts = try certificate { certificate in
      for name in ["good.test\0.evil.test", "b\\c.test"] {
        #expect(
          wt_X509_add_alternative_name(certificate, GEN_DNS, Array(name.utf8), Int32(name.utf8.count)) == 1)
        let found = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        #expect(found >= 0)
        if name != "b\\c.test" { X509_EXTENSION_free(X509_delete_ext(certificate, found)) }
      }
    }
    #expect(facts.names == ["b\\x5cc.test"])
    let hostile = try certificate { certificate in
      let name = Array("good.test\0.evil.test".utf8)
      #expect(wt_X509_add_alternative_name(certificate, GEN_DNS, name, Int32(name.count)) == 1)
    }
    #expect(hostile.names == ["good.test\\x00.evil.test"])
    let address = try certificate { certificate in
      let bytes = IPAddress("2001:db8::5")!.networkBytes
      #expect(wt_X509_add_alternative_name(certificate, GEN_IPADD, bytes, Int32(bytes.count)) == 1)
    }
    #expect(address.names == ["2001:db8::5"])
    let malformed = try certificate { certificate in
      #expect(wt_X509_add_alternative_name(certificate, GEN_IPADD, [1, 2, 3], 3) == 1)
    }
    #expect(malformed.names == [])
  }

  @Test func `leave out names beyond a thousand`() throws {
    let facts = try certificate { certificate in
      let list = (0..<3_000).map { "DNS:n\($0).test" }.joined(separator: ",")
      #expect(wt_X509_add_extension(certificate, certificate, NID_subject_alt_name, list) == 1)
    }
    #expect(facts.names.count == CertificateFacts.nameCountLimit)
    #expect(facts.names.last == "n999.test")
  }

  struct TimeCase: Sendable {
    var asn1: String
    var text: String
  }

  @Test(arguments: [
    TimeCase(asn1: "19700101000000Z", text: "1970-01-01T00:00:00.000000000Z"),
    TimeCase(asn1: "20261124081530Z", text: "2026-11-24T08:15:30.000000000Z"),
    TimeCase(asn1: "500101000000Z", text: "1950-01-01T00:00:00.000000000Z"),
    TimeCase(asn1: "99991231235959Z", text: Timestamp(nanoseconds: .max).description),
    TimeCase(asn1: "00000101000000Z", text: Timestamp(nanoseconds: .min).description),
  ]) func `read times, as far as a timestamp reaches`(_ expected: TimeCase) throws {
    let facts = try certificate { certificate in
      #expect(ASN1_TIME_set_string(X509_getm_notAfter(certificate), expected.asn1) == 1)
    }
    #expect(facts.notAfter.description == expected.text)
  }

  @Test func `survive a time that is none`() throws {
    let facts = try certificate { certificate in
      #expect(ASN1_STRING_set(X509_getm_notAfter(certificate), Array("yesterday".utf8), 9) == 1)
    }
    #expect(facts.notAfter == Timestamp(nanoseconds: 0))
  }
}
