import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `A host name` {
  static let alias: (type: UInt16, data: [UInt8]) = (type: 5, data: dnsName("cdn.example.net"))

  @Test func `is the question whose answer led to the address, through aliases`() {
    var response = DNSBuilder.query("WWW.example.com").response([Self.alias])
    response.answers.append(
      DNSBuilder.Record(name: dnsName("edge.example.org"), type: 1, data: [198, 51, 100, 7]))
    response.answers.append(
      DNSBuilder.Record(name: dnsName("cdn.example.net"), type: 5, data: dnsName("edge.example.org")))
    // Nothing leads to this one.
    response.answers.append(
      DNSBuilder.Record(name: dnsName("other.example"), type: 1, data: [198, 51, 100, 8]))
    #expect(host(of: "198.51.100.7:80", after: [response]) == HostName(name: "www.example.com", source: .dns))
    #expect(
      host(of: "198.51.100.8:80", after: [response]) == HostName(name: "198.51.100.8", source: .address))
  }

  @Test func `is the most recent of several`() {
    let address: (type: UInt16, data: [UInt8]) = (
      type: 28, data: [UInt8](hex: "20010db8000000000000000000000001")
    )
    let responses = ["a.example", "b.example"].map { DNSBuilder.query($0, 28).response([address]) }
    #expect(host(of: "[2001:db8::1]:443", after: responses) == HostName(name: "b.example", source: .dns))
    #expect(
      host(of: "[2001:db8::1]:443", after: responses.reversed()) == HostName(name: "a.example", source: .dns))
  }

  @Test func `is forgotten, the oldest first, beyond the limit`() {
    let responses = (1...4).map { number in
      DNSBuilder.query("h\(number).example").response([(type: 1, data: [198, 51, 100, UInt8(number)])])
    }
    var limits = InspectionLimits()
    limits.hostNameCount = 2
    // The first is learned again, and so becomes the newest.
    let order = [responses[0], responses[1], responses[2], responses[0]]
    #expect(host(of: "198.51.100.1:80", after: order, limits: limits).name == "h1.example")
    #expect(host(of: "198.51.100.2:80", after: order, limits: limits).source == .address)
    #expect(host(of: "198.51.100.3:80", after: order, limits: limits).name == "h3.example")
    var many: [DNSBuilder] = []
    for _ in 0..<50 { many += responses }
    #expect(host(of: "198.51.100.4:80", after: many, limits: limits).name == "h4.example")
    #expect(host(of: "198.51.100.3:80", after: many, limits: limits).name == "h3.example")
    #expect(host(of: "198.51.100.2:80", after: many, limits: limits).source == .address)
  }

  private func host(of server: String, after responses: [DNSBuilder], limits: InspectionLimits = .init())
    -> HostName
  {
    var lookups = EventScript(session: 1, transport: .udp, server: "203.0.113.53:53")
    for response in responses { lookups.serverDatagram(response.message) }
    let session = EventScript(session: 2, server: server, at: 1_000)
    for case .opened(let summary) in inspect(lookups.events + session.events, limits: limits)
    where summary.session == SessionID(2) {
      return summary.host
    }
    return HostName(name: "not opened", source: .address)
  }
}
