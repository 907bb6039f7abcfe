import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `DNS` {
  static let query = DNSBuilder.query("www.example.com")
  static let address: (type: UInt16, data: [UInt8]) = (type: 1, data: [192, 0, 2, 1])

  // MARK: Pairing

  @Test func `pairs query and response, with their times and packets`() throws {
    var script = EventScript(transport: .udp, server: "198.51.100.7:5300")
    script.clientDatagram(Self.query.message)
    script.serverDatagram(Self.query.response([Self.address]).message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.count == 1)
    let exchange = try #require(found.first)
    #expect(exchange.packet == 2)
    #expect(exchange.start == EventScript.time(ofPacket: 2))
    #expect(exchange.end == EventScript.time(ofPacket: 3))
    let asked = try #require(exchange.dns?.query)
    #expect(asked.id == 0x1234)
    #expect(asked.opcode == "QUERY")
    #expect(asked.flags == [.recursionDesired])
    #expect(asked.questions == [DNSQuestion(name: "www.example.com", type: "A", class: "IN")])
    let answered = try #require(exchange.dns?.response)
    #expect(answered.flags == [.response, .recursionDesired, .recursionAvailable])
    #expect(answered.rcode == "NOERROR")
    #expect(
      answered.answers == [
        DNSRecord(name: "www.example.com", type: "A", class: "IN", timeToLive: 300, data: "192.0.2.1")
      ])
    #expect(exchange.findings.isEmpty)
  }

  @Test func `pairs by id and question, whatever the order and the case of letters`() {
    let first = DNSBuilder.query("a.example", 1, id: 1)
    let second = DNSBuilder.query("a.example", 28, id: 1)
    let third = DNSBuilder.query("b.example", 1, id: 2)
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    for query in [first, second, third] { script.clientDatagram(query.message) }
    script.serverDatagram(DNSBuilder.query("B.EXAMPLE", 1, id: 2).response().message)
    script.serverDatagram(second.response().message)
    script.serverDatagram(DNSBuilder.query("c.example", 1, id: 1).response().message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [2, 1, 3, 0])
    #expect(
      found.map { $0.dns?.query?.questions.first?.name } == ["b.example", "a.example", nil, "a.example"])
    #expect(
      found.map { $0.dns?.response?.questions.first?.name } == ["B.EXAMPLE", "a.example", "c.example", nil])
    #expect(found.last?.dns?.query?.questions.first?.type == "A")
  }

  @Test func `pairs a response that leaves the question out`() {
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    script.clientDatagram(Self.query.message)
    var response = DNSBuilder()
    response.id = Self.query.id
    response.flags = 0x8001
    script.serverDatagram(response.message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.count == 1)
    #expect(found.first?.dns?.response?.rcode == "FORMERR")
  }

  @Test func `lets a bounded number of queries wait`() {
    var limits = InspectionLimits()
    limits.dns.pendingQueryCount = 2
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    for id: UInt16 in 1...4 { script.clientDatagram(DNSBuilder.query("a", 1, id: id).message) }
    script.close(.idle)
    let found = exchanges(script.events, limits: limits)
    #expect(found.map(\.index) == [0, 1, 2, 3])
    #expect(found.map(\.codes) == [["dns.too-many-pending"], ["dns.too-many-pending"], [], []])
  }

  // MARK: EDNS and codes

  @Test func `tells EDNS, its options and the extended response code`() throws {
    var builder = Self.query.response()
    builder.additional = [
      DNSBuilder.Record(
        name: [0], type: 41, class: 1_232, timeToLive: 0x0100_8000, data: [0, 10, 0, 2, 0xab, 0xcd])
    ]
    let message = try #require(messages(builder.message).first)
    #expect(message.rcode == "BADVERS")
    #expect(message.additional.isEmpty)
    #expect(
      message.edns
        == DNSExtension(
          version: 0, payloadSize: 1_232, dnssecOK: true, options: [DNSOption(code: 10, data: [0xab, 0xcd])]))
  }

  struct FlagCase: Sendable {
    var word: UInt16
    var opcode: String
    var rcode: String
    var flags: DNSFlags
  }

  @Test(arguments: [
    FlagCase(
      word: 0x8183, opcode: "QUERY", rcode: "NXDOMAIN",
      flags: [.response, .recursionDesired, .recursionAvailable]),
    FlagCase(
      word: 0x8600, opcode: "QUERY", rcode: "NOERROR", flags: [.response, .authoritative, .truncated]),
    FlagCase(
      word: 0xa430, opcode: "NOTIFY", rcode: "NOERROR",
      flags: [.response, .authoritative, .authenticData, .checkingDisabled]),
    FlagCase(word: 0xa809, opcode: "UPDATE", rcode: "NOTAUTH", flags: [.response]),
    FlagCase(word: 0x980f, opcode: "OPCODE3", rcode: "RCODE15", flags: [.response]),
  ]) func `names flags, opcodes and response codes`(_ example: FlagCase) throws {
    var builder = Self.query
    builder.flags = example.word
    let message = try #require(messages(builder.message).first)
    #expect(message.opcode == example.opcode)
    #expect(message.rcode == example.rcode)
    #expect(message.flags == example.flags)
  }

  @Test func `escapes what is special in names`() throws {
    var builder = DNSBuilder()
    builder.questions = [(name: [5] + Array("a.b\\".utf8) + [0x20, 2, 0, 0xff, 0], type: 65_280)]
    let message = try #require(messages(builder.message).first)
    #expect(message.questions == [DNSQuestion(name: #"a\.b\\\032.\000\255"#, type: "TYPE65280", class: "IN")])
  }

  // MARK: Malformed messages

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var name: String?
    var codes: [String]
  }

  static let header = [UInt8](hex: "1234 0100 0001 0000 0000 0000")
  static let malformed: [Case] = [
    Case(
      testDescription: "a pointer to itself", bytes: header + [0xc0, 12, 0, 1, 0, 1], name: ".",
      codes: ["dns.name-forward-pointer", "dns.name-loop"]),
    Case(
      testDescription: "a pointer forward", bytes: header + [0xc0, 18, 0, 1, 0, 1, 1, 0x61, 0], name: "a",
      codes: ["dns.name-forward-pointer", "dns.trailing-bytes"]),
    Case(
      testDescription: "two pointers in a circle, with a label",
      bytes: header + [1, 0x61, 0xc0, 12, 0, 1, 0, 1],
      name: Array(repeating: "a", count: 127).joined(separator: "."), codes: ["dns.name-loop"]),
    Case(
      testDescription: "a pointer beyond the message", bytes: header + [0xc0, 200, 0, 1, 0, 1], name: ".",
      codes: ["dns.label-invalid"]),
    Case(
      testDescription: "an unused label type", bytes: header + [0x80, 0, 0, 1, 0, 1], name: nil,
      codes: ["dns.label-invalid", "dns.message-truncated"]),
    Case(
      testDescription: "a label over the end", bytes: header + [9, 0x61], name: nil,
      codes: ["dns.message-truncated"]),
    Case(
      testDescription: "a question without type", bytes: header + [1, 0x61, 0], name: nil,
      codes: ["dns.message-truncated"]),
    Case(
      testDescription: "bytes behind the last record", bytes: header + [1, 0x61, 0, 0, 1, 0, 1, 7, 7],
      name: "a",
      codes: ["dns.trailing-bytes"]),
    Case(
      testDescription: "a name of 256 bytes",
      bytes: header + Array(repeating: [1, 0x61], count: 127).flatMap { $0 } + [1, 0x62] + [0, 0, 1, 0, 1],
      name: Array(repeating: "a", count: 127).joined(separator: "."), codes: ["dns.name-too-long"]),
  ]

  @Test(arguments: malformed) func `keeps what can be read of a damaged message`(_ example: Case) throws {
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    script.clientDatagram(example.bytes)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.count == 1)
    #expect(found.first?.dns?.query?.questions.first?.name == example.name)
    #expect(found.first?.codes == example.codes)
  }

  @Test func `keeps the records before the cut`() throws {
    let whole = Self.query.response([Self.address, Self.address, Self.address]).message
    let message = try #require(messages(whole.dropLast(3)).first)
    #expect(message.answers.count == 2)
  }

  @Test func `keeps to its limits of records and of text`() throws {
    var limits = InspectionLimits()
    limits.dns.recordCount = 3
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    script.serverDatagram(Self.query.response(Array(repeating: Self.address, count: 5)).message)
    script.close(.idle)
    let few = try #require(exchanges(script.events, limits: limits).first)
    #expect(few.dns?.response?.answers.count == 2)
    #expect(few.codes == ["dns.too-many-records"])
    limits = InspectionLimits()
    limits.dns.textByteCount = 40
    let short = try #require(exchanges(script.events, limits: limits).first)
    #expect(short.dns?.response?.answers.count == 1)
    #expect(short.codes == ["dns.text-too-long"])
  }

  // MARK: Choice

  @Test func `is known by its content on any port, and if damaged by its port`() {
    func kinds(_ bytes: [UInt8], port: Int) -> [Bool] {
      var script = EventScript(transport: .udp, server: "198.51.100.7:\(port)")
      script.clientDatagram(bytes)
      script.close(.idle)
      return exchanges(script.events).map { $0.dns != nil }
    }
    #expect(kinds(Self.query.message, port: 9) == [true])
    #expect(kinds(Array("no DNS at all, but text".utf8), port: 9) == [false])
    #expect(kinds(Self.header + [0xc0, 12, 0, 1, 0, 1], port: 9) == [false])
    #expect(kinds(Self.header + [0xc0, 12, 0, 1, 0, 1], port: 53) == [true])
    #expect(kinds([1, 2, 3], port: 53) == [false])
    // A NetBIOS name query has the same format.
    let netBIOS = Self.header + [32] + Array("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".utf8) + [0, 0, 33, 0, 1]
    #expect(kinds(netBIOS, port: 137) == [false])
  }

  @Test func `is not taken for NetBIOS, be some of its datagrams damaged so that they look like DNS`() {
    func kinds(from client: String, _ datagrams: [[UInt8]]) -> [Bool] {
      var script = EventScript(transport: .udp, client: client, server: "198.51.100.7:137")
      for datagram in datagrams { script.clientDatagram(datagram) }
      script.close(.idle)
      return exchanges(script.events).map { $0.dns != nil }
    }
    let asking = Self.header + [32] + Array("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".utf8) + [0, 0, 32, 0, 1]
    let damaged = Self.header + [32] + Array("CKAAAAAAAAAA~AAAAAAAAAAAAAAAAAAA".utf8) + [0, 0, 32, 0, 1]
    #expect(kinds(from: "198.51.100.6:137", [damaged, asking]) == [false])
    // From another port, as scanners ask: by their content.
    #expect(kinds(from: "198.51.100.6:40000", [damaged, asking]) == [true, false])
    #expect(kinds(from: "198.51.100.6:40000", [damaged, Self.header + [0xc0, 12]]) == [true, true])
  }

  @Test func `is known by the head that a snap length left`() {
    let response = Self.query.response(Array(repeating: Self.address, count: 30)).message
    func read(_ head: Int, missing: UInt64, port: Int = 53) -> [Exchange] {
      var script = EventScript(transport: .udp, server: "198.51.100.7:\(port)")
      script.serverDatagram(Array(response.prefix(head)))
      if missing > 0 { script.gap(.serverToClient, missing) }
      script.close(.idle)
      return exchanges(script.events)
    }
    for head in [12, 13, 16, 17, 40] {
      let found = read(head, missing: UInt64(response.count - head))
      #expect(found.map { $0.dns?.response?.id } == [0x1234], "\(head) bytes")
      #expect(found.first?.dns?.response?.flags.contains(.recursionAvailable) == true)
      #expect(found.map(\.codes) == [["dns.message-truncated"]], "\(head) bytes")
      #expect(found.first?.packet == 2)
    }
    // Eleven bytes are no header, and what is whole cannot hold what it announces.
    #expect(read(11, missing: 400).map { $0.dns != nil } == [false])
    #expect(read(13, missing: 0).map { $0.dns != nil } == [false])
    #expect(read(13, missing: 400, port: 9).map { $0.dns != nil } == [false])
  }

  @Test func `takes no gap of the other direction for its own`() {
    let response = Self.query.response(Array(repeating: Self.address, count: 30)).message
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    script.serverDatagram(Array(response.prefix(13)))
    script.gap(.clientToServer, 400)
    script.serverDatagram([1, 2, 3])
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map(\.opaque) == [OpaqueCounts(clientByteCount: 0, serverByteCount: 16)])
  }

  // MARK: TCP

  @Test func `is read over TCP, pipelined and split anywhere`() {
    let other = DNSBuilder.query("b.example", 28, id: 7)
    var script = EventScript(server: "198.51.100.7:9953")
    script.client(Self.query.framed + other.framed)
    script.server(other.response().framed)
    script.server(Self.query.response([Self.address]).framed)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [1, 0])
    #expect(found.map(\.packet) == [2, 2])
    #expect(found.map { $0.dns?.response?.answers.count } == [0, 1])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `over TCP goes on behind a gap within a message`() {
    let second = DNSBuilder.query("b.example", 1, id: 7)
    var script = EventScript(server: "198.51.100.7:53")
    script.client(Self.query.framed)
    let framed = Self.query.response([Self.address]).framed
    script.server(Array(framed.prefix(framed.count - 8)))
    script.gap(.serverToClient, 6)
    script.server(Array(framed.suffix(2)))
    script.client(second.framed)
    script.server(second.response().framed)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.count == 3)
    #expect(found[0].dns?.query != nil)
    #expect(found[0].codes == ["gap", "dns.message-truncated"])
    #expect(found[1].dns?.response != nil)
    #expect(found[1].codes == [])
    #expect(found[2].opaque == OpaqueCounts(clientByteCount: 0, serverByteCount: 2))
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `over TCP gives up behind a gap that hides a length`() {
    var script = EventScript(server: "198.51.100.7:53")
    script.client(Self.query.framed)
    script.gap(.clientToServer, 100)
    script.client(Self.query.framed)
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.dns != nil } == [true, false])
    #expect(found.last?.codes == ["dns.given-up", "gap"])
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `over TCP shows a message that ends early`() {
    var script = EventScript(server: "198.51.100.7:53")
    script.client(Self.query.framed.dropLast(2))
    script.finish()
    let found = exchanges(script.events)
    #expect(found.map { $0.dns?.query?.id } == [0x1234])
    #expect(found.first?.codes == ["dns.message-truncated"])
    #expect(splittingDifference(script.events) == nil)
  }

  /// The messages that a datagram makes.
  private func messages(_ bytes: [UInt8]) -> [DNSMessage] {
    var script = EventScript(transport: .udp, server: "198.51.100.7:53")
    script.clientDatagram(bytes)
    script.close(.idle)
    return exchanges(script.events).compactMap { $0.dns?.query ?? $0.dns?.response }
  }
}
