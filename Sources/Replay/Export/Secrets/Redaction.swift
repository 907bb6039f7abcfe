import Inspection

/// Replaces secrets by a word, or leaves them and counts what it leaves.
///
/// What it knows as one: the values of header fields such as Authorization and Cookie, of parameters, form fields and
/// JSON members with such names as "password" or "access_token", and the user before a URL's host. Nothing else is
/// looked into.
final class Redaction {
  /// What stands in a secret's place.
  static let word = "REDACTED"

  let isOn: Bool
  /// Secrets that were met, and replaced where `isOn`.
  private(set) var count = 0

  init(isOn: Bool) {
    self.isOn = isOn
  }

  // MARK: Fields

  func fields(_ fields: [HTTPField]) -> [HTTPField] {
    fields.map { field in HTTPField(name: field.name, value: value(of: field)) }
  }

  private func value(of field: HTTPField) -> [UInt8] {
    guard SecretNames.isSecretField(field.name) else {
      return Self.mayHoldURL(field) ? target(field.value) : field.value
    }
    guard !field.value.isEmpty else { return field.value }
    count += 1
    guard isOn else { return field.value }
    if field.isNamed("cookie") { return cookies(field.value) }
    if field.isNamed("set-cookie") { return setCookie(field.value) }
    if field.isNamed("authorization") || field.isNamed("proxy-authorization") {
      return credentials(field.value)
    }
    return Array(Self.word.utf8)
  }

  private static func mayHoldURL(_ field: HTTPField) -> Bool {
    ["location", "referer", "content-location"].contains { field.isNamed($0) }
  }

  /// The names stay.
  private func cookies(_ value: [UInt8]) -> [UInt8] {
    let names = NamedValues.cookies(value).map { cookie in
      cookie.name.isEmpty ? Array(Self.word.utf8) : cookie.name + Array("=\(Self.word)".utf8)
    }
    return Array(names.joined(separator: Array("; ".utf8)))
  }

  /// The name stays, and the attributes do.
  private func setCookie(_ value: [UInt8]) -> [UInt8] {
    let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
    return cookies(Array(value[..<end])) + value[end...]
  }

  /// The scheme stays (RFC 9110 §11.4).
  private func credentials(_ value: [UInt8]) -> [UInt8] {
    guard let space = value.firstIndex(of: 0x20) else { return Array(Self.word.utf8) }
    return Array(value[...space]) + Array(Self.word.utf8)
  }

  // MARK: Names and values

  /// A request target or URL: its query's parameters, and the user before its host.
  func target(_ target: [UInt8]) -> [UInt8] {
    let target = withoutUser(target)
    guard let query = NamedValues.query(target), !query.isEmpty else { return target }
    let replaced = parameters(query)
    return isOn ? Array(target[..<query.startIndex]) + replaced + Array(target[query.endIndex...]) : target
  }

  /// Names and values as queries and urlencoded forms have them.
  func parameters(_ text: ArraySlice<UInt8>) -> [UInt8] {
    let parts = text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map { part in
      let (name, value) = NamedValues.pair(part)
      let isSecret = SecretNames.isSecretParameter(PercentCoding.decoded(name, plusIsSpace: true))
      guard isSecret, value?.isEmpty == false else { return Array(part) }
      count += 1
      return isOn ? Array(name) + Array("=\(Self.word)".utf8) : Array(part)
    }
    return Array(parts.joined(separator: [UInt8(ascii: "&")]))
  }

  private func withoutUser(_ target: [UInt8]) -> [UInt8] {
    guard let colon = target.firstIndex(of: UInt8(ascii: ":")), target[colon...].starts(with: "://".utf8)
    else { return target }
    let host = target[(colon + 3)...]
    let end = host.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? target.endIndex
    guard let sign = target[host.startIndex..<end].lastIndex(of: UInt8(ascii: "@")) else { return target }
    count += 1
    return isOn ? Array(target[..<host.startIndex]) + Array(Self.word.utf8) + Array(target[sign...]) : target
  }

  // MARK: Other exchanges

  private static let secretVerbs: Set<String> = [
    "PASS", "AUTH", "LOGIN", "AUTHENTICATE", "APOP", "ACCT", "PASSWORD", "HELLO", "SASLRESPONSE",
    "SASLINITIALRESPONSE",
  ]

  /// The exchange without what a command says to be let in, and without secrets in what is shown of a message.
  func exchange(_ exchange: Exchange) -> Exchange {
    var result = exchange
    switch exchange.content {
    case .command(var command):
      let verb = String(decoding: command.command?.verb ?? [], as: UTF8.self).uppercased()
      guard Self.secretVerbs.contains(verb), command.command?.arguments.isEmpty == false else {
        return exchange
      }
      count += 1
      command.command?.arguments = Array(Self.word.utf8)
      result.content = .command(command)
    case .webSocket(var message):
      message.excerpt = body(message.excerpt, contentType: nil)
      result.content = .webSocket(message)
    case .serverSentEvent(var event):
      event.excerpt = body(event.excerpt, contentType: nil)
      result.content = .serverSentEvent(event)
    case .http1, .http2, .dns, .tlsHello, .tlsServerHello, .opaque:
      return exchange
    }
    return isOn ? result : exchange
  }

  // MARK: Bodies

  /// The body with its secrets replaced; what it looks into its type tells, or its first byte.
  func body(_ bytes: [UInt8], contentType: [UInt8]?) -> [UInt8] {
    switch BodyForm(contentType, firstByte: bytes.first) {
    case .parameters: return parameters(bytes[...])
    case .json: return json(bytes)
    case .multipart(let boundary): return multipart(bytes, boundary: boundary)
    case .other: return bytes
    }
  }

  private func json(_ bytes: [UInt8]) -> [UInt8] {
    var scanner = JSONSecrets(bytes)
    let replaced = scanner.replaced(by: Array("\"\(Self.word)\"".utf8))
    count += scanner.count
    return isOn ? replaced : bytes
  }

  private func multipart(_ bytes: [UInt8], boundary: [UInt8]) -> [UInt8] {
    var parts = MultipartSecrets(bytes, boundary: boundary)
    let replaced = parts.replaced(by: Array(Self.word.utf8))
    count += parts.count
    return isOn ? replaced : bytes
  }

  /// Whether `body` would look into a body of this type at all.
  static func looks(into contentType: [UInt8]?, firstByte: UInt8?) -> Bool {
    switch BodyForm(contentType, firstByte: firstByte) {
    case .parameters, .json, .multipart: true
    case .other: false
    }
  }

  /// How secrets are written in a body.
  private enum BodyForm {
    case parameters
    case json
    case multipart(boundary: [UInt8])
    case other

    init(_ contentType: [UInt8]?, firstByte: UInt8?) {
      let type = contentType.map { MediaType($0) }
      let essence = type.map { String(decoding: $0.essence, as: UTF8.self).lowercased() } ?? ""
      if essence == "application/x-www-form-urlencoded" {
        self = .parameters
      } else if essence.hasPrefix("multipart/"), let boundary = type?.parameter("boundary") {
        self = .multipart(boundary: boundary)
      } else if essence.hasSuffix("json") || firstByte == UInt8(ascii: "{") || firstByte == UInt8(ascii: "[")
      {
        self = .json
      } else {
        self = .other
      }
    }
  }
}
