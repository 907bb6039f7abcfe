import SessionEvents

/// What both sides agreed on before a WebSocket's first frame (RFC 6455 §4, RFC 7692 §7.1, RFC 8441 §5).
struct WebSocketHandshake {
  /// permessage-deflate, where it was agreed.
  private(set) var deflate: Deflate?
  /// Whether an extension is in use that is not known here, to which reserved bits may belong.
  private(set) var hasUnknownExtension = false
  private(set) var findings: [Note] = []

  struct Deflate: Hashable {
    /// Whether a side's messages may refer to those before.
    var clientKeepsContext = true
    var serverKeepsContext = true

    func keepsContext(_ direction: Direction) -> Bool {
      switch direction {
      case .clientToServer: clientKeepsContext
      case .serverToClient: serverKeepsContext
      }
    }
  }

  struct Note: Hashable {
    var problem: WebSocketProblem
    var detail: String
    var direction: Direction
  }

  init(request: [HTTPField], response: [HTTPField], digests: (any DigestService)?) {
    let request = WebSocketFields(request)
    let response = WebSocketFields(response)
    // RFC 8441 §5: there is neither key nor answer to it in HTTP/2.
    if !request.isExtendedConnect { checkKey(request, response, digests) }
    if let version = request.version, version != Array("13".utf8) {
      note(.handshakeInvalid, "Sec-WebSocket-Version is \(excerpt(version)), not 13", .clientToServer)
    }
    for name in response.protocols where !request.protocols.contains(name) {
      note(.handshakeInvalid, "the subprotocol \(excerpt(name)) was not asked for", .serverToClient)
    }
    for agreed in response.extensions { take(agreed, offered: request.extensions) }
  }

  private mutating func note(_ problem: WebSocketProblem, _ detail: String, _ direction: Direction) {
    findings.append(Note(problem: problem, detail: detail, direction: direction))
  }

  // MARK: Key

  private mutating func checkKey(
    _ request: WebSocketFields, _ response: WebSocketFields, _ digests: (any DigestService)?
  ) {
    guard let key = request.key else {
      return note(.handshakeInvalid, "the request has no Sec-WebSocket-Key", .clientToServer)
    }
    guard let accept = response.accept else {
      return note(.handshakeInvalid, "the response has no Sec-WebSocket-Accept", .serverToClient)
    }
    guard let digest = digests?.makeSHA1() else { return }
    // RFC 6455 §4.2.2.
    let text = key + Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)
    digest.update(text.span)
    let expected = WebSocketHandshake.base64(digest.finish())
    if accept != expected {
      let detail = "Sec-WebSocket-Accept is \(excerpt(accept)), and the key asks for \(excerpt(expected))"
      note(.handshakeInvalid, detail, .serverToClient)
    }
  }

  /// RFC 4648 §4.
  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0...group.count { text.append(alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)]) }
      for _ in group.count..<3 { text.append(UInt8(ascii: "=")) }
    }
    return text
  }

  // MARK: Extensions

  private mutating func take(_ agreed: WebSocketExtension, offered: [WebSocketExtension]) {
    let name = excerpt(agreed.name)
    let offers = offered.filter { $0.name == agreed.name }
    if offers.isEmpty { note(.extensionInvalid, "the extension \(name) was not offered", .serverToClient) }
    guard agreed.name == WebSocketExtension.perMessageDeflate else {
      hasUnknownExtension = true
      return note(.extensionUnknown, "the extension \(name) is not known here", .serverToClient)
    }
    guard deflate == nil else {
      return note(.extensionInvalid, "\(name) is agreed on more than once", .serverToClient)
    }
    var deflate = Deflate()
    var names: Set<[UInt8]> = []
    for parameter in agreed.parameters {
      let isFirst = names.insert(parameter.name).inserted
      switch (String(decoding: parameter.name, as: UTF8.self), parameter.value) {
      case ("server_no_context_takeover", nil) where isFirst: deflate.serverKeepsContext = false
      case ("client_no_context_takeover", nil) where isFirst: deflate.clientKeepsContext = false
      // A window of the largest size reads what smaller ones wrote; zlib's verdict on a distance beyond a smaller one
      // would depend on how the bytes came.
      case ("server_max_window_bits", let bits?) where isFirst && Self.isWindow(bits): break
      case ("client_max_window_bits", let bits?) where isFirst && Self.isWindow(bits): break
      case (_, let value):
        let text = value.map { "\(excerpt(parameter.name))=\(excerpt($0))" } ?? excerpt(parameter.name)
        note(.extensionInvalid, "\(name) with \(text), which it must not have", .serverToClient)
      }
    }
    self.deflate = deflate
  }

  /// 8 to 15, without a zero in front (RFC 7692 §7.1.2).
  private static func isWindow(_ bits: [UInt8]) -> Bool {
    (8...15).contains { Array("\($0)".utf8) == bits }
  }
}
