import ContentCoding
import Inspection
import SessionEvents
import TestSupport

/// All observations of the events, with the system's services.
func inspect(_ events: [PacketEvent], limits: InspectionLimits = .init()) -> [Observation] {
  var inspector = Inspector(services: ContentServices.system, limits: limits)
  var observations: [Observation] = []
  for event in events {
    inspector.receive(event.event, packet: event.packet) { observations.append($0) }
  }
  return observations
}

/// The exchanges of the events, in the order in which they were reported.
func exchanges(_ events: [PacketEvent], limits: InspectionLimits = .init()) -> [Exchange] {
  inspect(events, limits: limits).compactMap {
    if case .exchange(let exchange, _) = $0 { exchange } else { nil }
  }
}

extension Exchange {
  var http: HTTPExchange? {
    switch content {
    case .http1(let exchange), .http2(let exchange, stream: _): exchange
    case .webSocket, .serverSentEvent, .dns, .tlsHello, .tlsServerHello, .command, .opaque: nil
    }
  }

  /// The number of its HTTP/2 stream.
  var stream: UInt32? {
    if case .http2(_, let stream) = content { stream } else { nil }
  }

  var dns: DNSExchange? {
    if case .dns(let exchange) = content { exchange } else { nil }
  }

  /// How much each side said in a protocol that is not parsed.
  var opaque: OpaqueCounts? {
    guard case .opaque(let exchange) = content else { return nil }
    return OpaqueCounts(
      clientByteCount: exchange.client.byteCount, serverByteCount: exchange.server.byteCount)
  }

  var serverSentEvent: ServerSentEvent? {
    if case .serverSentEvent(let event) = content { event } else { nil }
  }

  var hello: TLSHelloFacts? {
    if case .tlsHello(let facts) = content { facts } else { nil }
  }

  var codes: [String] { findings.map(\.code) }
}

struct OpaqueCounts: Hashable {
  var clientByteCount: UInt64
  var serverByteCount: UInt64
}

/// The first difference that splitting makes, in words; nil where the first law holds.
func splittingDifference(_ events: [PacketEvent], limits: InspectionLimits = .init()) -> String? {
  EverySplit.firstDifference(of: events) { inspect($0, limits: limits) }.map { difference in
    let place = zip(difference.expected, difference.found).enumerated().first { $0.element.0 != $0.element.1 }
    return """
      \(difference.cut): \(difference.expected.count) observations, then \(difference.found.count);
      expected \(place.map { "\($0.element.0)" } ?? "the same");
      found \(place.map { "\($0.element.1)" } ?? "the same")
      """
  }
}

/// A session in which the client says one text and the server answers with another.
func dialogue(_ client: String, _ server: String, finished: Bool = true) -> [PacketEvent] {
  var script = EventScript()
  if !client.isEmpty { script.client(client) }
  if !server.isEmpty { script.server(server) }
  if finished { script.finish() } else { script.close(.open) }
  return script.events
}
