import JSONText

/// What an exchange asks: by this, exchanges of two recordings are known to be the same.
struct RequestKey: Hashable, Sendable {
  private let bytes: [UInt8]

  init(_ node: JSONNode) {
    var output: [UInt8] = []
    for value in Self.parts(of: node) {
      value.write(into: &output)
      output.append(UInt8(ascii: " "))
    }
    bytes = output
  }

  private static func parts(of node: JSONNode) -> [JSONNode] {
    var parts = ["protocol", "host", "damage", "note"].map { node[$0] ?? .null }
    for (name, fields) in asking {
      guard let part = node[name] else { continue }
      parts += fields.map { part[$0] ?? .null }
    }
    // A response without its query still has the question.
    if node["query"]?.isNull == true, let questions = node["response"]?["questions"] {
      parts.append(questions)
    }
    return parts
  }

  private static let asking: [(String, [String])] = [
    ("request", ["method", "authority", "target"]),
    ("query", ["opcode", "questions"]),
    ("hello", ["from", "sni"]),
    ("message", ["from", "opcode"]),
    ("event", ["event"]),
    ("command", ["verb", "arguments"]),
  ]
}

/// What an exchange is, in one line for people.
enum RequestLabel {
  static func text(of node: JSONNode) -> String {
    if let text = node["damage"]?.text { return "damage: \(text)" }
    if let text = node["note"]?.text { return "remark: \(text)" }
    let name = node["protocol"]?.text ?? "exchange"
    let host = node["host"]?.text ?? "?"
    switch name {
    case "http/1", "h2": return http(node["request"], host: host)
    case "dns": return dns(node)
    case "tls": return "TLS hello of the \(node["hello"]?["from"]?.text ?? "?"): \(host)"
    case "websocket":
      let message = node["message"]
      return "WebSocket \(word(message?["opcode"])) of the \(word(message?["from"])): \(host)"
    case "sse": return "server-sent event: \(host)"
    default:
      guard let verb = node["command"]?["verb"] else { return "\(name): \(host)" }
      return "\(name) \(word(verb)): \(host)"
    }
  }

  private static func http(_ request: JSONNode?, host: String) -> String {
    guard let request, !request.isNull else { return "response without a request: \(host)" }
    let authority = request["authority"]?.text ?? host
    let target = word(request["target"])
    let scheme = request["scheme"]?.text ?? "http"
    return word(request["method"]) + " " + (target.hasPrefix("/") ? "\(scheme)://\(authority)" : "") + target
  }

  private static func dns(_ node: JSONNode) -> String {
    let message = node["query"].flatMap { $0.isNull ? nil : $0 } ?? node["response"]
    guard case .array(let questions) = message?["questions"] ?? .null, let first = questions.first else {
      return "DNS \(word(message?["opcode"]))"
    }
    return "DNS \(word(first["type"])) \(word(first["name"]))"
  }

  /// A string's text, or what a rule put in its place.
  private static func word(_ node: JSONNode?) -> String {
    guard let node else { return "?" }
    return node.text ?? CanonMarker.text(of: node).map { "‹\($0)›" } ?? "?"
  }
}
