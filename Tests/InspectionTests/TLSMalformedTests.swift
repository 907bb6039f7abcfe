import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `A TLS session with faults` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var server: [UInt8]
    var codes: [String]
  }

  static var malformed: [Case] {
    let hello = TLSBuilder.serverHello12.handshake
    let der = CertificateSamples.all[0].der
    return [
      Case(
        testDescription: "no record behind the hello",
        server: TLSBuilder.record(22, hello) + Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8),
        codes: ["tls.record-invalid"]),
      Case(
        testDescription: "a message of an unknown type",
        server: TLSBuilder.record(22, hello + TLSBuilder.handshake(99, [1, 2])),
        codes: ["tls.handshake-invalid"]),
      Case(
        testDescription: "a ServerHello that ends early",
        server: TLSBuilder.record(22, TLSBuilder.handshake(2, Array(hello.dropFirst(4).prefix(36)))),
        codes: ["tls.server-hello-malformed"]),
      Case(
        testDescription: "a ServerHello that never ends",
        server: TLSBuilder.record(22, Array(hello.prefix(60))),
        codes: ["tls.server-hello-incomplete"]),
      Case(
        testDescription: "bytes that are no certificate",
        server: TLSBuilder.record(22, hello + TLSBuilder.certificates([[0x30, 3, 1, 1, 0], der])),
        codes: ["tls.certificate-malformed"]),
      Case(
        testDescription: "a certificate longer than its message",
        server: TLSBuilder.record(
          22,
          hello + TLSBuilder.handshake(11, TLSBuilder.uint24(8) + TLSBuilder.uint24(900) + [1, 2, 3, 4, 5])),
        codes: ["tls.certificates-incomplete"]),
      Case(
        testDescription: "a chain of another length",
        server: TLSBuilder.record(22, hello + TLSBuilder.handshake(11, TLSBuilder.uint24(2) + [0, 0, 0])),
        codes: ["tls.certificates-incomplete", "tls.certificate-malformed"]),
      Case(
        testDescription: "more certificates than are kept",
        server: [UInt8](
          (hello + TLSBuilder.certificates(Array(repeating: der, count: 33))).chunked(16_000).flatMap {
            TLSBuilder.record(22, $0)
          }), codes: ["tls.too-many-certificates"]),
    ]
  }

  @Test(arguments: malformed) func `is read as far as it makes sense`(_ example: Case) throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(`A TLS session seen encrypted`.hello)
    script.server(example.server)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.count == 2)
    #expect(found.last?.serverHello?.version != "")
    #expect(found.last?.codes == example.codes)
    #expect(example.server.count > 4_000 || splittingDifference(script.events) == nil)
  }

  @Test func `keeps to its limits`() throws {
    var limits = InspectionLimits()
    limits.tls.certificateMessageByteCount = 500
    limits.tls.resynchronisationByteCount = 30
    limits.tls.alertCount = 1
    limits.helloByteCount = 60
    var script = EventScript(server: "198.51.100.7:443")
    script.client(`A TLS session seen encrypted`.hello)
    script.server(`A TLS session seen encrypted`.flight12)
    script.client(TLSBuilder.alert(1, 0) + TLSBuilder.alert(1, 0))
    script.server([UInt8](repeating: 0, count: 31) + TLSBuilder.applicationData(5))
    script.finish()
    let found = exchanges(script.events, limits: limits)
    #expect(found.first?.codes == ["tls.hello-incomplete"])
    let answer = try #require(found.last?.serverHello)
    #expect(answer.alerts.count == 1)
    #expect(answer.certificates.count == 1)
    #expect(answer.records?.server.applicationRecordCount == 0)
    #expect(
      found.last?.codes == [
        "tls.server-hello-incomplete", "tls.certificates-incomplete", "tls.record-invalid", "tls.given-up",
      ])
    #expect(splittingDifference(script.events, limits: limits) == nil)
  }
}

extension [UInt8] {
  fileprivate func chunked(_ size: Int) -> [[UInt8]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
  }
}
