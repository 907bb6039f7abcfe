/// The header fields that belong to a WebSocket's handshake (RFC 6455 §11.3).
struct WebSocketFields {
  private(set) var key: [UInt8]?
  private(set) var accept: [UInt8]?
  private(set) var version: [UInt8]?
  private(set) var protocols: [[UInt8]] = []
  private(set) var extensions: [WebSocketExtension] = []
  /// Whether it is CONNECT with `:protocol` (RFC 8441 §4).
  private(set) var isExtendedConnect = false

  init(_ fields: [HTTPField]) {
    for field in fields {
      switch String(decoding: field.name.prefix(32).map(lowercased), as: UTF8.self) {
      case "sec-websocket-key": key = key ?? field.value
      case "sec-websocket-accept": accept = accept ?? field.value
      case "sec-websocket-version": version = version ?? field.value
      case "sec-websocket-protocol":
        protocols += field.value.split(separator: UInt8(ascii: ",")).map { Array($0.trimmingWhitespace) }
      case "sec-websocket-extensions": extensions += WebSocketExtension.list(field.value)
      case ":protocol": isExtendedConnect = true
      default: break
      }
    }
  }
}

/// An extension as it stands in `Sec-WebSocket-Extensions` (RFC 6455 §9.1).
struct WebSocketExtension: Hashable {
  static let perMessageDeflate = Array("permessage-deflate".utf8)

  /// A parameter; a quoted value stands here without its quotes.
  struct Parameter: Hashable {
    var name: [UInt8]
    var value: [UInt8]?
  }

  var name: [UInt8]
  var parameters: [Parameter]

  static func list(_ text: [UInt8]) -> [WebSocketExtension] {
    // No value that is known holds a comma or semicolon, though a quoted one could.
    text.split(separator: UInt8(ascii: ",")).compactMap { member in
      let parts = member.split(separator: UInt8(ascii: ";")).map(\.trimmingWhitespace)
      guard let name = parts.first, !name.isEmpty else { return nil }
      return WebSocketExtension(name: Array(name), parameters: parts.dropFirst().map(parameter))
    }
  }

  private static func parameter(_ text: ArraySlice<UInt8>) -> Parameter {
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
      return Parameter(name: Array(text), value: nil)
    }
    var value = text[(equals + 1)...].trimmingWhitespace
    let quote = UInt8(ascii: "\"")
    if value.count >= 2, value.first == quote, value.last == quote { value = value.dropFirst().dropLast() }
    return Parameter(name: Array(text[..<equals].trimmingWhitespace), value: Array(value))
  }
}
