import SessionEvents
import TestSupport
import Testing

@testable import Inspection

@Suite struct `An X.509 certificate` {
  @Test(arguments: CertificateSamples.all) func `is told as OpenSSL prints it`(
    _ sample: CertificateSamples.Sample
  ) {
    let certificate = X509Certificate(sample.der, 0..<sample.der.count, limits: TLSLimits())
    #expect(certificate.problem == nil)
    #expect(certificate.subject == sample.subject)
    #expect(certificate.issuer == sample.issuer)
    #expect(certificate.names == sample.names)
    #expect(certificate.notBefore == Self.timestamp(sample.validity.lowerBound))
    #expect(certificate.notAfter == Self.timestamp(sample.validity.upperBound))
  }

  @Test func `is read as far as it goes, wherever it is cut`() throws {
    let whole = try #require(CertificateSamples.all.first)
    for count in 0..<whole.der.count {
      let certificate = X509Certificate(whole.der, 0..<count, limits: TLSLimits())
      #expect(certificate.problem != nil)
    }
    #expect(X509Certificate(whole.der + [0], 0..<whole.der.count + 1, limits: TLSLimits()).problem == "end")
  }

  @Test func `survives any byte being another`() throws {
    for sample in CertificateSamples.all where sample.der.count < 400 {
      for index in sample.der.indices {
        for value: UInt8 in [0, 1, 0x30, 0x7f, 0x80, 0x84, 0xff] {
          var damaged = sample.der
          damaged[index] = value
          let certificate = X509Certificate(damaged, 0..<damaged.count, limits: TLSLimits())
          #expect(certificate.names.count <= damaged.count)
        }
      }
    }
  }

  @Test func `keeps to the limit of names`() throws {
    let sample = try #require(CertificateSamples.all.first)
    var limits = TLSLimits()
    limits.certificateNameCount = 2
    let certificate = X509Certificate(sample.der, 0..<sample.der.count, limits: limits)
    #expect(certificate.names == ["example.com", "*.example.com"])
  }

  struct TimeCase: Sendable {
    var tag: UInt8
    var text: String
    var seconds: Int64?
  }

  @Test(arguments: [
    TimeCase(tag: 0x17, text: "700101000000Z", seconds: 0),
    TimeCase(tag: 0x17, text: "491231235959Z", seconds: 2_524_607_999),
    TimeCase(tag: 0x17, text: "500101000000Z", seconds: -631_152_000),
    TimeCase(tag: 0x18, text: "20500101000000Z", seconds: 2_524_608_000),
    TimeCase(tag: 0x18, text: "20240229000000Z", seconds: 1_709_164_800),
    TimeCase(tag: 0x18, text: "20230229000000Z", seconds: nil),
    TimeCase(tag: 0x18, text: "20000229000000.123Z", seconds: 951_782_400),
    TimeCase(tag: 0x18, text: "20200101000000+0130", seconds: 1_577_831_400),
    TimeCase(tag: 0x18, text: "20200101000000-0130", seconds: 1_577_842_200),
    TimeCase(tag: 0x17, text: "701301000000Z", seconds: nil),
    TimeCase(tag: 0x17, text: "700100000000Z", seconds: nil),
    TimeCase(tag: 0x17, text: "700101240000Z", seconds: nil),
    TimeCase(tag: 0x17, text: "700101000060Z", seconds: nil),
    TimeCase(tag: 0x17, text: "700101000000", seconds: nil),
    TimeCase(tag: 0x17, text: "700101000000Zx", seconds: nil),
    TimeCase(tag: 0x17, text: "7001010000+1300", seconds: nil),
    TimeCase(tag: 0x0c, text: "700101000000Z", seconds: nil),
  ]) func `reads times`(_ example: TimeCase) {
    let bytes = [example.tag, UInt8(example.text.utf8.count)] + Array(example.text.utf8)
    var reader = DERReader(bytes, 0..<bytes.count)
    #expect(X509Time.timestamp(&reader) == example.seconds.map { Self.timestamp($0) })
  }

  @Test func `clamps times beyond what a timestamp holds`() {
    for (text, expected) in [("99991231235959Z", Int64.max), ("00010101000000Z", .min)] {
      let bytes = [0x18, 15] + Array(text.utf8)
      var reader = DERReader(bytes, 0..<bytes.count)
      #expect(X509Time.timestamp(&reader)?.nanoseconds == expected)
    }
  }

  @Test func `shows a name that is no text byte by byte`() {
    // SET { SEQUENCE { commonName, UTF8String } }, and a BMPString of three bytes
    let invalid = [UInt8](hex: "310b3009 0603550403 0c02 61ff")
    #expect(X509Name.text(invalid, 0..<invalid.count, limit: 99) == #"CN=a\FF"#)
    let odd = [UInt8](hex: "310c300a 0603550403 1e03 610062")
    #expect(X509Name.text(odd, 0..<odd.count, limit: 99) == "CN=#610062")
  }

  struct IdentifierCase: Sendable {
    var bytes: [UInt8]
    var text: String
  }

  @Test(arguments: [
    IdentifierCase(bytes: [0x55, 4, 3], text: "2.5.4.3"),
    IdentifierCase(bytes: [0x2a, 0x86, 0x48], text: "1.2.840"),
    IdentifierCase(bytes: [0x88, 0x37, 3], text: "2.999.3"),
    IdentifierCase(bytes: [], text: ""),
    IdentifierCase(bytes: [0x2a] + [UInt8](repeating: 0xff, count: 40), text: "1.2"),
  ]) func `writes object identifiers`(_ example: IdentifierCase) {
    #expect(X509Name.objectIdentifier(example.bytes[...]) == example.text)
  }

  private static func timestamp(_ seconds: Int64) -> Timestamp {
    let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return Timestamp(nanoseconds: !overflow ? nanoseconds : seconds < 0 ? .min : .max)
  }
}
