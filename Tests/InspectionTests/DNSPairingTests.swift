import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `DNS pairing` {
  static let query = DNSBuilder.query("www.example.com")
  static let address: (type: UInt16, data: [UInt8]) = (type: 1, data: [192, 0, 2, 1])

  @Test func `says that a query came again while it waits`() {
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    script.clientDatagram(Self.query.message)
    script.clientDatagram(Self.query.message)
    script.clientDatagram(DNSBuilder.query("www.example.com", 28).message)
    script.serverDatagram(Self.query.response([Self.address]).message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [0, 1, 2])
    #expect(found.map { $0.dns?.response != nil } == [true, false, false])
    #expect(found.map(\.codes) == [[], ["dns.query-repeated"], []])
  }

  struct Case: Sendable {
    var answer: [UInt8]
    var rcode: UInt16 = 0
    var code: String
  }

  @Test(arguments: [
    Case(answer: [192, 0, 2, 1], code: "dns.response-repeated"),
    Case(answer: [192, 0, 2, 2], code: "dns.response-differs"),
    Case(answer: [192, 0, 2, 1], rcode: 3, code: "dns.response-differs"),
  ]) func `says that a query was answered again, and whether otherwise`(_ example: Case) {
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    script.clientDatagram(Self.query.message)
    script.serverDatagram(Self.query.response([Self.address]).message)
    script.serverDatagram(
      Self.query.response(rcode: example.rcode, [(type: 1, data: example.answer)]).message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map { $0.dns?.query != nil } == [true, false])
    #expect(found.map { $0.dns?.follows } == [nil, 0])
    #expect(found.map(\.codes) == [[], [example.code]])
  }

  @Test func `pairs only what goes to and fro`() {
    var script = EventScript(transport: .udp, client: "192.0.2.1:53", server: "198.51.100.7:53")
    script.serverDatagram(Self.query.message)
    script.serverDatagram(Self.query.response([Self.address]).message)
    script.clientDatagram(Self.query.response([Self.address]).message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [1, 0])
    #expect(found.map { $0.dns?.query != nil } == [false, true])
  }

  @Test func `forgets the oldest answered query beyond its limit`() {
    var limits = InspectionLimits()
    limits.dns.answeredQueryCount = 2
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    let queries = (1...3).map { DNSBuilder.query("a.example", 1, id: UInt16($0)) }
    for query in queries {
      script.clientDatagram(query.message)
      script.serverDatagram(query.response().message)
    }
    for query in queries { script.serverDatagram(query.response().message) }
    script.close(.idle)
    #expect(exchanges(script.events, limits: limits).dropFirst(3).map { $0.dns?.follows } == [nil, 1, 2])
  }

  @Test func `lets queries wait only as long as their text is short`() {
    var limits = InspectionLimits()
    limits.dns.pendingTextByteCount = 25
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    for id: UInt16 in 1...3 { script.clientDatagram(DNSBuilder.query("abcdef.example", 1, id: id).message) }
    script.close(.idle)
    #expect(
      exchanges(script.events, limits: limits).map(\.codes) == [
        ["dns.too-many-pending"], ["dns.too-many-pending"], [],
      ])
  }

  // MARK: Streams

  @Test func `tells every message of a zone transfer`() throws {
    let query = DNSBuilder.query("example.com", 252, id: 9)
    let soa: (type: UInt16, data: [UInt8]) = (
      type: 6,
      data: dnsName("ns.a") + dnsName("root.a") + [UInt8](hex: "0000000100000002000000030000000400000005")
    )
    var further = query.response([Self.address, Self.address])
    // Only the first message repeats the question (RFC 5936 §2.2.1).
    further.questions = []
    further.answers = further.answers.map {
      DNSBuilder.Record(name: dnsName("h.a"), type: $0.type, data: $0.data)
    }
    var last = further
    last.answers = [DNSBuilder.Record(name: dnsName("example.com"), type: 6, data: soa.data)]
    var script = EventScript(server: "198.51.100.7:53")
    script.client(query.framed)
    script.server(query.response([soa, Self.address]).framed + further.framed + further.framed + last.framed)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [0, 1, 2, 3])
    #expect(found.map { $0.dns?.query != nil } == [true, false, false, false])
    #expect(found.map { $0.dns?.follows } == [nil, 0, 0, 0])
    #expect(found.map { $0.dns?.response?.answers.count } == [2, 2, 2, 1])
    #expect(found.flatMap(\.codes) == [])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `names the parts of an update`() throws {
    var update = DNSBuilder()
    update.flags = 0x2800
    update.questions = [(name: dnsName("example.com"), type: 6)]
    // RFC 2136 §2.4: the name is in use; §2.5: a record is added, a set and a record deleted.
    update.answers = [
      DNSBuilder.Record(name: dnsName("a.example.com"), type: 255, class: 255, timeToLive: 0, data: [])
    ]
    update.authority = [
      DNSBuilder.Record(name: dnsName("b.example.com"), type: 1, data: [192, 0, 2, 1]),
      DNSBuilder.Record(name: dnsName("c.example.com"), type: 16, class: 255, timeToLive: 0, data: []),
      DNSBuilder.Record(
        name: dnsName("d.example.com"), type: 1, class: 254, timeToLive: 0, data: [192, 0, 2, 2]),
    ]
    var script = EventScript(server: "198.51.100.7:53")
    script.client(update.framed)
    script.finish()
    let query = try #require(exchanges(script.events).first?.dns?.query)
    #expect(query.opcode == "UPDATE")
    #expect(query.questions.first?.type == "SOA")
    #expect(query.answers.map(\.class) == ["ANY"])
    #expect(query.authority.map(\.class) == ["IN", "ANY", "NONE"])
    // The data of a record to delete is that of its type, whatever the class says.
    #expect(query.authority.map(\.data) == ["192.0.2.1", "", "192.0.2.2"])
    #expect(exchanges(script.events).flatMap(\.codes) == [])
  }

  @Test func `counts what stateful operations carry`() throws {
    // KeepAlive is answered; Push has no id and wants no answer (RFC 8490 §5.4.1, RFC 8765 §6.3).
    let keepAlive = [UInt8](hex: "0001 3000 0000000000000000 0001 0008 00003a98 00003a98")
    let answer = [UInt8](hex: "0001 b000 0000000000000000 0001 0008 00003a98 00003a98")
    let push = [UInt8](hex: "0000 3000 0000000000000000 0041 0002 abcd fe00 0000")
    var script = EventScript(server: "198.51.100.7:853")
    script.client(Self.query.framed)
    script.server(Self.query.response().framed)
    script.client(vector16(keepAlive))
    script.server(vector16(push) + vector16(answer) + vector16(Array(push.dropLast())))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [0, 2, 1, 3])
    #expect(found[1].dns?.query?.operations.map(\.type) == ["Push", "DSO65024"])
    #expect(found[1].dns?.query?.operations.map(\.byteCount) == [2, 0])
    #expect(found[2].dns?.query?.operations == [DNSOperation(type: "KeepAlive", byteCount: 8)])
    #expect(found[2].dns?.response?.operations.count == 1)
    #expect(found.map(\.codes) == [[], [], [], ["dns.message-truncated"]])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `is read over TLS that was decrypted, whatever the port`() {
    for port in [853, 8_853] {
      var script = EventScript(server: "198.51.100.7:\(port)")
      script.append(.secured(.client, TLSFacts(version: "TLSv1.3", cipher: "X", alpn: "dot")))
      script.client(Self.query.framed)
      script.server(Self.query.response([Self.address]).framed)
      script.finish()
      let found = exchanges(script.events)
      #expect(found.map { $0.dns?.response?.answers.count } == [1])
    }
  }

  // MARK: Options

  struct OptionCase: Sendable {
    var code: UInt16
    var data: [UInt8]
    var name: String
    var text: String?
  }

  @Test(arguments: [
    OptionCase(code: 3, data: Array("ns1".utf8), name: "NSID", text: #""ns1""#),
    OptionCase(code: 5, data: [8, 13], name: "DAU", text: "RSASHA256 ECDSAP256SHA256"),
    OptionCase(code: 8, data: [0, 1, 24, 0, 192, 0, 2], name: "ECS", text: "192.0.2.0/24/0"),
    OptionCase(code: 8, data: [0, 2, 32, 0, 0x20, 1, 0x0d, 0xb8], name: "ECS", text: "2001:db8::/32/0"),
    OptionCase(code: 8, data: [0, 1, 33, 0, 192, 0, 2], name: "ECS"),
    OptionCase(code: 8, data: [0, 3, 0, 0], name: "ECS"),
    OptionCase(code: 9, data: [0, 0, 0, 60], name: "EXPIRE", text: "60 s"),
    OptionCase(code: 9, data: [], name: "EXPIRE", text: ""),
    OptionCase(code: 10, data: [1, 2, 3, 4, 5, 6, 7, 8], name: "COOKIE", text: "0102030405060708"),
    OptionCase(
      code: 10, data: [UInt8](repeating: 1, count: 16), name: "COOKIE",
      text: "0101010101010101 0101010101010101"),
    OptionCase(code: 10, data: [1], name: "COOKIE"),
    OptionCase(code: 11, data: [0x01, 0x2d], name: "KEEPALIVE", text: "30.1 s"),
    OptionCase(code: 12, data: [0, 0, 0], name: "PADDING", text: "3 bytes"),
    OptionCase(code: 13, data: dnsName("a.b"), name: "CHAIN", text: "a.b"),
    OptionCase(code: 13, data: [9], name: "CHAIN"),
    OptionCase(code: 14, data: [0x4f, 0x66, 0x97, 0x28], name: "KEY-TAG", text: "20326 38696"),
    OptionCase(code: 15, data: [0, 18] + Array("no".utf8), name: "EDE", text: "18 Prohibited: no"),
    OptionCase(code: 15, data: [0xff, 0xff], name: "EDE", text: "65535"),
    OptionCase(code: 15, data: [0], name: "EDE"),
    OptionCase(code: 16, data: [1, 2], name: "CLIENT-TAG", text: "258"),
    OptionCase(code: 65_001, data: [1], name: "OPTION65001"),
  ]) func `names EDNS options, and what they say`(_ example: OptionCase) {
    let option = DNSOption(code: example.code, data: example.data)
    #expect(option.name == example.name)
    #expect(option.text == example.text)
  }
}
