import ContentCoding
import Inspection
import TestSupport
import Testing

@Suite struct `A ClientHello` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var hello: [UInt8]
    var ja3: String
    var ja4: String?
  }

  static let vectors: [Case] = [
    Case(
      testDescription: "PcapPlusPlus tls_grease.pcap, values by tshark",
      hello: captured(CapturedHellos.grease),
      ja3: "b32309a26951912be7dba376398abc3b", ja4: "t13d1515h2_8daaf6152771_de4a06bb82e3"),
    Case(
      testDescription: "Arkime tls-split-client-hello.pcap, values by tshark",
      hello: captured(CapturedHellos.split),
      ja3: "35708a08e7be9f7aa5bce7f2d5c1cecb", ja4: "t13d1516h2_8daaf6152771_02713d6af862"),
    Case(
      testDescription: "the first example of the JA3 description", hello: firstJA3Example,
      ja3: "ada70206e40642a3e4461f35503241d5"),
    Case(
      testDescription: "the second example of the JA3 description, without extensions",
      hello: secondJA3Example,
      ja3: "de350869b8c85de67a350c8d186f11e6"),
  ]

  @Test(arguments: vectors) func `has the published fingerprints`(_ vector: Case) throws {
    let hello = try #require(ClientHello(handshake: vector.hello))
    let facts = TLSHelloFacts(hello, digests: ContentServices.system.digests)
    #expect(facts.ja3 == vector.ja3)
    if let ja4 = vector.ja4 { #expect(facts.ja4 == ja4) }
    #expect(hello.malformation == nil)
  }

  /// The worked example of the JA4 description.
  @Test func `has the JA4 of the published example, in any order of suites and extensions`() throws {
    var builder = HelloBuilder()
    builder.cipherSuites = [
      0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
      0x009d, 0x002f, 0x0035,
    ]
    builder.add(0xdada)
    for type: UInt16 in [0x001b, 0x0033, 0x4469, 0x0017, 0x002d, 0x0005, 0x0023, 0x0012, 0xff01, 0x0015] {
      builder.add(type)
    }
    builder.addServerName("example.com")
    builder.addALPN([Array("h2".utf8), Array("http/1.1".utf8)])
    builder.addList16(0x000d, [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601])
    builder.addList16(0x000a, [0x8a8a, 0x001d])
    builder.add(0x000b, [1, 0])
    builder.add(0x002b, [7, 0x3a, 0x3a, 3, 4, 3, 3, 9])
    let hello = try #require(ClientHello(handshake: builder.handshake))
    let facts = TLSHelloFacts(hello, digests: ContentServices.system.digests)
    #expect(facts.ja4 == "t13d1516h2_8daaf6152771_e5627efa2ab1")
    #expect(facts.serverName == "example.com")
    #expect(facts.alpn == [Array("h2".utf8), Array("http/1.1".utf8)])
    #expect(facts.versions == ["TLSv1.3", "TLSv1.2"])
    // An odd byte at the end of supported_versions.
    #expect(hello.malformation?.part == "supported_versions")
  }

  struct ALPNCase: Sendable {
    var id: [UInt8]
    var characters: String
  }

  @Test(arguments: [
    ALPNCase(id: Array("h2".utf8), characters: "h2"),
    ALPNCase(id: Array("http/1.1".utf8), characters: "h1"),
    ALPNCase(id: Array("x".utf8), characters: "xx"),
    ALPNCase(id: [0xab], characters: "ab"),
    ALPNCase(id: [0xab, 0xcd], characters: "ad"),
    ALPNCase(id: [0x30, 0x31, 0xab, 0xcd], characters: "3d"),
  ]) func `takes the ends of the first protocol id, of its hexadecimal form if not alphanumeric`(
    _ example: ALPNCase
  ) throws {
    var builder = HelloBuilder()
    builder.addALPN([example.id])
    let hello = try #require(ClientHello(handshake: builder.handshake))
    let ja4 = try #require(TLSHelloFacts(hello, digests: ContentServices.system.digests).ja4)
    #expect(ja4.hasPrefix("t12i0101\(example.characters)_"))
  }

  @Test func `says what it can without digests`() throws {
    let hello = try #require(ClientHello(handshake: captured(CapturedHellos.grease)))
    let facts = TLSHelloFacts(hello, digests: nil)
    #expect(facts.serverName == "secure.adnxs.com")
    #expect(facts.ja3 == nil)
    #expect(facts.ja4 == nil)
  }

  @Test func `keeps what came before a cut, wherever it is cut`() throws {
    let whole = captured(CapturedHellos.grease)
    for count in 4..<whole.count {
      let hello = try #require(ClientHello(handshake: Array(whole[..<count])))
      #expect(hello.malformation != nil)
    }
    #expect(ClientHello(handshake: Array(whole[..<3])) == nil)
    #expect(ClientHello(handshake: [2] + whole.dropFirst()) == nil)
  }

  @Test(arguments: [1, 2, 3, 500]) func `keeps the suites of a list that claims more than there is`(
    _ excess: Int
  ) throws {
    var builder = HelloBuilder()
    builder.cipherSuites = [0x1301, 0xc02f]
    var bytes = builder.handshake
    // Behind the list stand two more bytes, the compression methods, which it takes for a suite.
    bytes.replaceSubrange(39...40, with: bigEndian(UInt16(6 + excess)))
    let hello = try #require(ClientHello(handshake: bytes))
    #expect(hello.malformation?.offset == 41)
    #expect(hello.malformation?.part == "cipher_suites")
    #expect(hello.cipherSuites == [0x1301, 0xc02f, 0x0100])
    #expect(hello.legacyVersion == 0x0303)
    #expect(TLSHelloFacts(hello, digests: ContentServices.system.digests).ja3 == nil)
  }

  private static func captured(_ stream: [UInt8]) -> [UInt8] {
    var assembler = ClientHelloAssembler()
    guard case .hello(let hello) = assembler.receive(stream) else { return [] }
    return hello
  }

  private func captured(_ stream: [UInt8]) -> [UInt8] { Self.captured(stream) }

  private static var firstJA3Example: [UInt8] {
    var builder = HelloBuilder()
    builder.legacyVersion = 769
    builder.cipherSuites = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4]
    builder.addServerName("example.com")
    builder.addList16(10, [23, 24, 25])
    builder.add(11, [1, 0])
    return builder.handshake
  }

  private static var secondJA3Example: [UInt8] {
    var builder = HelloBuilder()
    builder.legacyVersion = 769
    builder.cipherSuites = [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99]
    return builder.handshake
  }
}
