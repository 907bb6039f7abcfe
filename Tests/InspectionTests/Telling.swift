import Inspection
import SessionEvents
import TestSupport

/// A session of a line protocol as a story: each line is what the client (`C: `) or the server (`S: `) says, with CRLF
/// behind it; neighbouring lines of one side come together.
func story(_ text: String, server: String = "198.51.100.7:9999", end: SessionEnd = .fin) -> [PacketEvent] {
  var script = EventScript(server: server)
  var turn: (direction: Direction, text: String)?
  func say() {
    guard let turn else { return }
    script.append(.bytes(turn.direction, Array(turn.text.utf8)))
  }
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty {
    let direction: Direction = line.hasPrefix("C:") ? .clientToServer : .serverToClient
    let said = line.dropFirst(3) + "\r\n"
    if turn?.direction == direction {
      turn?.text += said
    } else {
      say()
      turn = (direction, String(said))
    }
  }
  say()
  if end == .fin { script.finish() } else { script.close(end) }
  return script.events
}

/// What was said, a line an exchange: `MAIL FROM:<a@b> → 250 [2.1.0] Ok`.
func told(_ events: [PacketEvent], limits: InspectionLimits = .init()) -> [String] {
  exchanges(events, limits: limits).map(\.told)
}

extension Exchange {
  /// The exchange in one line, with the codes of its findings.
  var told: String {
    let text: String =
      switch content {
      case .command(let command): command.told
      case .opaque(let opaque):
        "opaque \(opaque.client.byteCount) \(opaque.server.byteCount)"
          + (opaque.guess.map { " \($0.name)" } ?? "")
      case .tlsHello(let hello): "hello \(hello.serverName ?? "-")"
      case .tlsServerHello: "server hello"
      case .http1(let http): http.told
      case .http2, .dns, .webSocket, .serverSentEvent: "\(content)"
      }
    return codes.isEmpty ? text : text + " ! " + codes.joined(separator: " ")
  }
}

extension CommandExchange {
  var told: String {
    var parts: [String] = []
    if let command {
      let words = [command.tag, command.verb, command.arguments].compactMap { $0.map(shown) }
      parts.append(words.filter { !$0.isEmpty }.joined(separator: " "))
      if let payload = command.payload { parts.append("(\(payload.byteCount) sent)") }
    }
    for interim in interim {
      let side = interim.sender == .client ? ">" : "<"
      parts.append(
        ([side, shown(interim.status), shown(interim.text)]).filter { !$0.isEmpty }.joined(separator: " "))
    }
    if let endpoint = dataEndpoint { parts.append("@\(endpoint)") }
    if let reply {
      parts.append(command == nil ? "←" : "→")
      parts.append(reply.told)
    } else {
      parts.append("→ nothing")
    }
    return parts.joined(separator: " ")
  }
}

extension CommandExchange.Reply {
  fileprivate var told: String {
    var parts = [shown(status) + (isError ? "!" : "")]
    if let code { parts.append("[\(shown(code))]") }
    if let itemCount { parts.append("(\(itemCount))") }
    if !text.isEmpty { parts.append(shown(text)) }
    if let payload { parts.append("(\(payload.byteCount) received)") }
    return parts.joined(separator: " ")
  }
}

extension HTTPExchange {
  fileprivate var told: String {
    let asked = request.map { shown($0.method) + " " + shown($0.target) } ?? "?"
    return asked + " → " + (response.map { "\($0.status)" } ?? "nothing")
  }
}

private func shown(_ bytes: [UInt8]) -> String {
  String(decoding: bytes.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: "|") : $0 }, as: UTF8.self)
}
