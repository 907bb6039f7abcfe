public import Inspection
import JSONText
import SessionEvents

/// The exchanges as JSON Lines, in order of finishing; `docs/SCHEMA.md` explains every field.
public struct ExchangesReport: ObservationReport {
  private let file: String?
  private var json = JSONWriter()

  /// - Parameter file: Which capture the exchanges are from, where several are read.
  public init(file: String? = nil) {
    self.file = file
  }

  public mutating func receive(_ observation: Observation, into output: inout [UInt8]) {
    guard case .exchange(let exchange, let summary) = observation else { return }
    json.reset()
    json.object { json in
      json.beginLine(file)
      json.exchange(exchange, summary)
    }
    json.endLine()
    json.append(to: &output)
  }
}

/// The version of the JSON that reports write; it grows when a field changes its meaning or goes.
let schemaVersion = 1

extension JSONWriter {
  /// The fields with which every line begins: `v`, and `file` where several captures are read.
  mutating func beginLine(_ file: String?) {
    field("v", schemaVersion)
    if let file { field("file", file) }
  }

  fileprivate mutating func exchange(_ exchange: Exchange, _ summary: SessionSummary) {
    field("session", exchange.session.rawValue)
    field("index", exchange.index)
    field("protocol", exchange.content.protocolName)
    field("transport", summary.opening.transport.rawValue)
    field("client", ascii: summary.opening.client)
    field("server", ascii: summary.opening.originalDestination)
    field("host", summary.host.name)
    field("host_source", summary.host.source.rawValue)
    field("start", ascii: exchange.start)
    field("duration", exchange.end.nanoseconds(since: exchange.start))
    field("packet", exchange.packet)
    switch exchange.content {
    case .http1(let http): httpFields(http)
    case .http2(let http, let stream):
      field("stream", UInt64(stream))
      httpFields(http)
    case .dns(let dns): dnsFields(dns)
    case .webSocket(let message): field("message") { $0.webSocketMessage(message) }
    case .serverSentEvent(let event): field("event") { $0.serverSentEvent(event) }
    case .tlsHello(let hello): field("hello") { $0.hello(hello) }
    case .tlsServerHello(let hello): serverHelloFields(hello)
    case .command(let command): commandFields(command)
    case .opaque(let opaque): opaqueFields(opaque)
    }
    field("findings") { json in
      json.array { json in
        for finding in exchange.findings { json.finding(finding) }
      }
    }
  }

  private mutating func field(_ name: String, ascii value: some ASCIIText) {
    field(name) { json in json.plainString { value.write(into: &$0) } }
  }

  private mutating func finding(_ finding: Finding) {
    object { json in
      json.field("code", finding.code)
      json.field("from", finding.direction?.sender.rawValue)
      json.field("offset", finding.offset)
      json.field("detail", finding.detail)
    }
  }
}
