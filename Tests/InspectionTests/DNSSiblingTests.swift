import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `Multicast DNS and LLMNR` {
  static let host = "192.0.2.7:5353"
  static let group = "224.0.0.251:5353"

  /// An announcement of an address and a name, as RFC 6762 §8.3 has it.
  static var announcement: DNSBuilder {
    var builder = DNSBuilder()
    builder.id = 0
    builder.flags = 0x8400
    builder.answers = [
      DNSBuilder.Record(
        name: dnsName("printer.local"), type: 1, class: 0x8001, timeToLive: 120, data: [192, 0, 2, 7]),
      DNSBuilder.Record(
        name: dnsName("_ipp._tcp.local"), type: 12, timeToLive: 4_500,
        data: dnsName("printer._ipp._tcp.local")),
    ]
    return builder
  }

  @Test func `tells flags apart from classes`() throws {
    var script = EventScript(transport: .udp, client: Self.host, server: Self.group)
    script.clientDatagram(Self.announcement.message)
    var query = DNSBuilder.query("printer.local", 1, id: 0)
    query.classOfQuestions = 0x8001
    script.clientDatagram(query.message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map { $0.dns?.flavor } == [.mdns, .mdns])
    let answers = try #require(found[0].dns?.response?.answers)
    #expect(answers.map(\.class) == ["IN", "IN"])
    #expect(answers.map(\.flushesCache) == [true, false])
    #expect(answers.map(\.data) == ["192.0.2.7", "printer._ipp._tcp.local"])
    let question = try #require(found[1].dns?.query?.questions.first)
    #expect(question == DNSQuestion(name: "printer.local", type: "A", class: "IN", wantsUnicast: true))
    #expect(found.flatMap(\.codes) == [])
  }

  @Test func `tells each message to a group by itself, and at once`() {
    var query = DNSBuilder.query("printer.local", 1, id: 0)
    query.questions.append((name: dnsName("printer.local"), type: 28))
    query.answers = Self.announcement.answers
    var script = EventScript(transport: .udp, client: Self.host, server: Self.group)
    script.clientDatagram(query.message)
    script.clientDatagram(query.message)
    script.clientDatagram(Self.announcement.message)
    script.serverDatagram(Self.announcement.message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [0, 1, 2, 3])
    #expect(found.map { $0.dns?.query != nil } == [true, true, false, false])
    #expect(found.map { $0.dns?.response != nil } == [false, false, true, true])
    #expect(found[0].dns?.query?.questions.count == 2)
    #expect(found[0].dns?.query?.answers.count == 2)
    #expect(found.map(\.packet) == [2, 3, 4, 5])
    #expect(found.flatMap(\.codes) == [])
  }

  @Test func `pairs what a host asks that knows nothing of multicast`() {
    let query = DNSBuilder.query("printer.local", 1, id: 77)
    var script = EventScript(transport: .udp, client: "192.0.2.9:40000", server: Self.group)
    script.clientDatagram(query.message)
    script.serverDatagram(query.response([(type: 1, data: [192, 0, 2, 7])]).message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.count == 1)
    #expect(found.first?.dns?.flavor == .mdns)
    #expect(found.first?.dns?.response?.answers.count == 1)
  }

  @Test func `takes a server on port 5353 for an ordinary one`() {
    let query = DNSBuilder.query("example.com", 1, id: 77)
    var script = EventScript(transport: .udp, client: "192.0.2.9:40000", server: "192.0.2.1:5353")
    script.clientDatagram(query.message)
    script.serverDatagram(query.response().message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map { $0.dns?.flavor } == [nil])
    #expect(found.first?.dns?.response != nil)
  }

  @Test func `names hosts by what they announce`() {
    var script = EventScript(transport: .udp, client: Self.host, server: Self.group)
    script.clientDatagram(Self.announcement.message)
    script.close(.idle)
    var web = EventScript(session: 2, server: "192.0.2.7:631", at: 90)
    web.finish()
    guard case .opened(let summary)? = inspect(script.events + web.events).last(where: { $0.isOpening })
    else {
      Issue.record("not opened")
      return
    }
    #expect(summary.host == HostName(name: "printer.local", source: .dns))
  }

  @Test func `lets several hosts answer on the link`() {
    let query = DNSBuilder.query("wpad", 1, id: 5)
    var script = EventScript(transport: .udp, client: "192.0.2.9:50000", server: "224.0.0.252:5355")
    script.clientDatagram(query.message)
    script.clientDatagram(query.message)
    var response = query.response([(type: 1, data: [192, 0, 2, 1])])
    response.flags = 0x8500
    script.serverDatagram(response.message)
    script.serverDatagram(response.message)
    script.serverDatagram(response.message)
    script.close(.idle)
    let found = exchanges(script.events)
    #expect(found.map(\.index) == [0, 1, 2])
    #expect(found.map { $0.dns?.flavor } == [.llmnr, .llmnr, .llmnr])
    #expect(found.map { $0.dns?.follows } == [nil, nil, 1])
    #expect(found.first?.dns?.response?.flags.isSuperset(of: [.conflict, .tentative]) == true)
    #expect(found.flatMap(\.codes) == [])
  }
}

extension Observation {
  fileprivate var isOpening: Bool {
    if case .opened = self { true } else { false }
  }
}
