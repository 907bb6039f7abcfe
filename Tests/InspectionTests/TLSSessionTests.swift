import ContentCoding
import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `A TLS session seen encrypted` {
  static let certificate = CertificateSamples.all[0]
  static let hello = TLSBuilder.clientHello.records()
  static let keyExchange = TLSBuilder.record(22, TLSBuilder.handshake(16, [1, 2, 3]))

  /// What the server says up to TLS 1.2, all in one record.
  static var flight12: [UInt8] {
    TLSBuilder.record(
      22,
      TLSBuilder.serverHello12.handshake
        + TLSBuilder.certificates([certificate.der, CertificateSamples.all[1].der])
        + TLSBuilder.handshake(12, [UInt8](repeating: 3, count: 70)) + TLSBuilder.serverHelloDone)
  }

  /// A whole session of TLS 1.2.
  static var session12: EventScript {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(hello)
    script.server(flight12)
    script.client(keyExchange + TLSBuilder.changeCipherSpec + TLSBuilder.encryptedFinished)
    script.server(TLSBuilder.changeCipherSpec + TLSBuilder.encryptedFinished)
    script.client(TLSBuilder.applicationData(100))
    script.server(TLSBuilder.applicationData(1_000) + TLSBuilder.applicationData(24))
    script.server(TLSBuilder.record(21, [UInt8](repeating: 0, count: 26)))
    script.finish()
    return script
  }

  // MARK: Handshakes

  @Test func `of TLS 1.2 is a hello and an answer with the certificates`() throws {
    let found = exchanges(Self.session12.events)
    #expect(found.map(\.index) == [0, 1])
    #expect(found[0].hello?.serverName == "example.com")
    let answer = try #require(found[1].serverHello)
    #expect(answer.version == "TLSv1.2")
    #expect(answer.cipher == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
    #expect(answer.alpn == Array("h2".utf8))
    #expect(answer.ja3s != nil)
    #expect(answer.isResumed == false)
    #expect(answer.isRetryRequest == false)
    #expect(answer.alerts == [])
    let leaf = try #require(answer.certificates.first)
    #expect(answer.certificates.count == 2)
    #expect(leaf.subject == Self.certificate.subject)
    #expect(leaf.names == Self.certificate.names)
    #expect(leaf.sha256 == sha256(Self.certificate.der))
    #expect(
      answer.records
        == TLSRecordCounts(
          client: .init(applicationRecordCount: 1, applicationByteCount: 100, otherRecordCount: 1),
          server: .init(applicationRecordCount: 2, applicationByteCount: 1_024, otherRecordCount: 2)))
    #expect(found[1].packet == 3)
    #expect(found[1].end == EventScript.time(ofPacket: 5))
    #expect(found.flatMap(\.codes) == [])
    #expect(splittingDifference(Self.session12.events) == nil)
  }

  @Test func `of TLS 1.3 is a hello and what the server chose`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(Self.hello)
    script.server(
      TLSBuilder.record(22, TLSBuilder.serverHello13.handshake) + TLSBuilder.changeCipherSpec
        + TLSBuilder.applicationData(900))
    script.client(TLSBuilder.changeCipherSpec + TLSBuilder.applicationData(60))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.count == 2)
    let answer = try #require(found.last?.serverHello)
    #expect(answer.version == "TLSv1.3")
    #expect(answer.cipher == "TLS_AES_128_GCM_SHA256")
    #expect(answer.alpn == nil)
    #expect(answer.certificates.isEmpty)
    #expect(answer.isResumed == false)
    #expect(answer.records?.server.applicationByteCount == 900)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `with a request for another hello has two of both`() throws {
    var retry = TLSBuilder.serverHello13
    retry.random = TLSBuilder.retryRandom
    var second = TLSBuilder.clientHello
    second.add(44, [0, 1, 7])
    var script = EventScript(server: "198.51.100.7:443")
    script.client(Self.hello)
    script.server(TLSBuilder.record(22, retry.handshake) + TLSBuilder.changeCipherSpec)
    // The client's ChangeCipherSpec comes before its second hello (RFC 8446 §D.4).
    script.client(TLSBuilder.changeCipherSpec + second.records(fragment: 40))
    script.server(TLSBuilder.record(22, TLSBuilder.serverHello13.handshake) + TLSBuilder.applicationData(90))
    script.client(TLSBuilder.applicationData(50))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.hello != nil } == [true, false, true, false])
    #expect(found.map(\.index) == [0, 1, 2, 3])
    #expect(found.map { $0.serverHello?.isRetryRequest } == [nil, true, nil, false])
    #expect(found[1].serverHello?.records == nil)
    #expect(found[1].serverHello?.isResumed == nil)
    #expect(found[3].serverHello?.records?.client.applicationRecordCount == 1)
    #expect(found[0].hello?.ja3 != found[2].hello?.ja3)
    #expect(found.flatMap(\.codes) == [])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `that is resumed shows no certificate`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(Self.hello)
    script.server(
      TLSBuilder.record(22, TLSBuilder.serverHello12.handshake)
        + TLSBuilder.record(22, TLSBuilder.handshake(4, [0, 0, 0, 9, 0, 1, 7])) + TLSBuilder.changeCipherSpec
        + TLSBuilder.encryptedFinished)
    script.client(TLSBuilder.changeCipherSpec + TLSBuilder.encryptedFinished)
    script.finish()
    let answer = try #require(exchanges(script.events).last?.serverHello)
    #expect(answer.isResumed == true)
    #expect(answer.certificates.isEmpty)
    var psk = TLSBuilder.serverHello13
    psk.extensions.append((type: 41, data: [0, 0]))
    script = EventScript(server: "198.51.100.7:443")
    script.server(TLSBuilder.record(22, psk.handshake))
    script.finish()
    #expect(exchanges(script.events).last?.serverHello?.isResumed == true)
  }

  @Test func `tells a client's certificate, and that one was asked for`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(Self.hello)
    script.server(
      TLSBuilder.record(
        22,
        TLSBuilder.serverHello12.handshake + TLSBuilder.certificates([Self.certificate.der])
          + TLSBuilder.handshake(13, [1, 1, 0, 0, 0, 0]) + TLSBuilder.serverHelloDone))
    script.client(
      TLSBuilder.record(22, TLSBuilder.certificates([CertificateSamples.all[1].der])) + Self.keyExchange)
    script.finish()
    let answer = try #require(exchanges(script.events).last?.serverHello)
    #expect(answer.wantsClientCertificate)
    #expect(answer.clientCertificates.map(\.subject) == [CertificateSamples.all[1].subject])
    #expect(answer.isResumed == false)
  }

  @Test(arguments: [1, 3, 7, 100]) func `is read over records of any size`(_ fragment: Int) throws {
    let messages = TLSBuilder.serverHello12.handshake + TLSBuilder.certificates([Self.certificate.der])
    let records = stride(from: 0, to: messages.count, by: fragment).flatMap {
      TLSBuilder.record(22, Array(messages[$0..<min(messages.count, $0 + fragment)]))
    }
    var script = EventScript(server: "198.51.100.7:443")
    script.server(records)
    script.finish()
    let answer = try #require(exchanges(script.events).last?.serverHello)
    #expect(answer.certificates.map(\.subject) == [Self.certificate.subject])
  }

  @Test func `of SSL 3 is one, too`() throws {
    var serverHello = TLSBuilder.ServerHello(version: 0x0300, cipherSuite: 0x0005)
    serverHello.sessionID = [UInt8](repeating: 1, count: 32)
    var hello = HelloBuilder()
    hello.legacyVersion = 0x0300
    var script = EventScript(server: "198.51.100.7:443")
    script.client(TLSBuilder.record(22, hello.handshake, version: 0x0300))
    script.server(TLSBuilder.record(22, serverHello.handshake, version: 0x0300))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.first?.hello?.versions == ["SSLv3"])
    #expect(found.last?.serverHello?.version == "SSLv3")
    #expect(found.last?.serverHello?.cipher == "TLS_RSA_WITH_RC4_128_SHA")
  }

  @Test func `may begin with a hello in the format of SSL 2`() throws {
    // Offers SSL 3 with two suites, as RFC 5246 §E.2 has it.
    let message =
      [UInt8](hex: "01 0300 0006 0000 0010 000004 010080") + [UInt8](repeating: 7, count: 16)
    var script = EventScript(server: "198.51.100.7:443")
    script.client([0x80, UInt8(message.count)] + message)
    script.server(
      TLSBuilder.record(
        22, TLSBuilder.ServerHello(version: 0x0300, cipherSuite: 4).handshake, version: 0x0300))
    script.client(TLSBuilder.record(22, TLSBuilder.handshake(16, [1]), version: 0x0300))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.first?.hello?.versions == ["SSLv3"])
    #expect(found.first?.hello?.ja3 == nil)
    #expect(found.last?.serverHello?.cipher == "TLS_RSA_WITH_RC4_128_MD5")
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `names unknown versions and suites by their numbers`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.server(
      TLSBuilder.record(22, TLSBuilder.ServerHello(version: 0x0305, cipherSuite: 0xfefe).handshake))
    script.finish()
    let answer = try #require(exchanges(script.events).last?.serverHello)
    #expect(answer.version == "0x0305")
    #expect(answer.cipher == "0xfefe")
  }

  /// The example of the JA3 description.
  @Test func `has the published fingerprint of the server`() throws {
    let types: [UInt16] = [65_281, 0, 11, 35, 5, 16]
    let hello = TLSBuilder.ServerHello(
      version: 0x0301, cipherSuite: 0x002f,
      extensions: types.map { (type: $0, data: $0 == 16 ? vector16([1, 0x78]) : []) })
    var script = EventScript(server: "198.51.100.7:443")
    script.server(TLSBuilder.record(22, hello.handshake))
    script.finish()
    let answer = try #require(exchanges(script.events).last?.serverHello)
    #expect(answer.ja3s == "836ce314215654b5b1f85f97c73e506f")
  }

  // MARK: Alerts

  @Test func `that the server refuses tells its alert`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(Self.hello)
    script.server(TLSBuilder.alert(2, 70))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.count == 2)
    let answer = try #require(found.last?.serverHello)
    #expect(answer.version == nil)
    #expect(answer.alerts == [TLSAlert(sender: .server, level: "fatal", description: "protocol_version")])
    #expect(
      found.last?.findings == [
        Finding(
          code: "tls.alert", offset: 5, detail: "the server gives up: protocol_version",
          direction: .serverToClient)
      ])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `that the client refuses tells its alert, after warnings`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(Self.hello)
    script.server(TLSBuilder.alert(1, 112) + Self.flight12)
    script.client(TLSBuilder.alert(2, 48))
    script.finish()
    let found = exchanges(script.events)
    let answer = try #require(found.last?.serverHello)
    #expect(answer.certificates.count == 2)
    #expect(
      answer.alerts == [
        TLSAlert(sender: .server, level: "warning", description: "unrecognized_name"),
        TLSAlert(sender: .client, level: "fatal", description: "unknown_ca"),
      ])
    #expect(found.last?.codes == ["tls.alert"])
  }

  // MARK: What is missing

  @Test func `of which one direction is recorded tells that one`() throws {
    let whole = Self.session12.events
    let server = whole.filter { event in
      if case .bytes(.clientToServer, _) = event.event.kind { false } else { true }
    }
    let found = exchanges(server)
    #expect(found.count == 1)
    #expect(found.first?.serverHello?.certificates.count == 2)
    let client = whole.filter { event in
      if case .bytes(.serverToClient, _) = event.event.kind { false } else { true }
    }
    let other = exchanges(client)
    #expect(other.map { $0.hello != nil } == [true, false])
    #expect(other.last?.serverHello?.version == nil)
    #expect(other.last?.serverHello?.records?.client.applicationByteCount == 100)
    #expect(splittingDifference(client) == nil)
  }

  @Test func `finds its records again behind a gap`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(Self.hello)
    script.server(Array(Self.flight12.prefix(200)))
    script.gap(.serverToClient, 5_000)
    script.server(
      [UInt8](repeating: 23, count: 77) + TLSBuilder.record(22, TLSBuilder.serverHelloDone)
        + TLSBuilder.changeCipherSpec + TLSBuilder.encryptedFinished + TLSBuilder.applicationData(700))
    script.finish()
    let found = exchanges(script.events)
    let answer = try #require(found.last?.serverHello)
    #expect(answer.cipher == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
    #expect(answer.certificates.isEmpty)
    #expect(answer.records?.server.applicationByteCount == 700)
    #expect(answer.isResumed == false)
    #expect(found.last?.codes == ["gap", "tls.certificates-incomplete"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `goes on behind a gap within a message`() throws {
    let flight = Self.flight12
    let place = 5 + TLSBuilder.serverHello12.handshake.count + 4 + 3 + 3 + Self.certificate.der.count + 9
    var script = EventScript(server: "198.51.100.7:443")
    script.server(Array(flight.prefix(place)))
    script.gap(.serverToClient, 20)
    script.server(Array(flight.dropFirst(place + 20)) + TLSBuilder.changeCipherSpec)
    script.finish()
    let found = exchanges(script.events)
    let answer = try #require(found.last?.serverHello)
    #expect(answer.certificates.map(\.subject) == [Self.certificate.subject])
    #expect(found.last?.codes == ["gap", "tls.certificates-incomplete"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `counts what passes in gaps of application data`() throws {
    var script = EventScript(server: "198.51.100.7:443")
    script.client(Self.hello)
    script.server(TLSBuilder.record(22, TLSBuilder.serverHello13.handshake))
    let data = TLSBuilder.applicationData(1_000)
    script.server(Array(data.prefix(105)))
    script.gap(.serverToClient, 400)
    script.server(Array(data.dropFirst(505)) + TLSBuilder.applicationData(7))
    script.finish()
    let answer = try #require(exchanges(script.events).last?.serverHello)
    #expect(answer.records?.server.applicationRecordCount == 2)
    #expect(answer.records?.server.applicationByteCount == 607)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `under way is counted, and be it one record that does not end`() throws {
    var script = EventScript(server: "198.51.100.7:9443")
    script.server(Array(TLSBuilder.applicationData(16_000).prefix(9_000)))
    script.close(.open)
    let cut = try #require(exchanges(script.events).first?.serverHello)
    #expect(cut.version == nil)
    #expect(cut.records?.server.applicationByteCount == 8_995)
    script = EventScript(server: "198.51.100.7:9443")
    script.client(TLSBuilder.applicationData(60) + TLSBuilder.applicationData(70))
    script.server(TLSBuilder.applicationData(16_384) + TLSBuilder.applicationData(10))
    script.close(.open)
    let found = exchanges(script.events)
    #expect(found.count == 1)
    #expect(found.first?.serverHello?.records?.client.applicationRecordCount == 2)
    #expect(found.first?.serverHello?.records?.server.applicationByteCount == 16_394)
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `with part of a ClientHello tells that part, without fingerprints`() throws {
    var script = EventScript()
    script.client(Array(CapturedHellos.split.prefix(100)))
    script.close(.reset(by: .server))
    let found = exchanges(script.events)
    #expect(found.count == 1)
    #expect(found.first?.hello?.ja3 == nil)
    #expect(found.first?.codes == ["tls.hello-incomplete"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `takes a hole in a ClientHello for what it is`() throws {
    var script = EventScript()
    script.client(Array(CapturedHellos.split.prefix(500)))
    script.gap(.clientToServer, 100)
    script.client(Array(CapturedHellos.split.dropFirst(600)))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.count == 1)
    #expect(found.first?.hello?.versions.isEmpty == false)
    #expect(found.first?.codes == ["gap", "tls.hello-incomplete"])
    #expect(splittingDifference(script.events) == nil)
  }

  private func sha256(_ bytes: [UInt8]) -> [UInt8]? {
    let digest = ContentServices.system.digests?.makeSHA256()
    digest?.update(bytes.span)
    return digest?.finish()
  }
}

extension Exchange {
  var serverHello: TLSServerHelloFacts? {
    if case .tlsServerHello(let facts) = content { facts } else { nil }
  }
}
