import SessionEvents

/// The DNS exchange that an HTTP exchange carries (RFC 8484).
struct DNSOverHTTP {
  private(set) var exchange = DNSExchange(query: nil, response: nil)
  private(set) var findings: [Finding] = []

  private static let mediaType = Array("application/dns-message".utf8)

  /// Finds it in what the two bodies say, or in the target of a GET; nil where there is none, which is soon seen.
  ///
  /// `offset` is where findings about the target are put.
  init?(
    _ http: HTTPExchange, asked: BodyContent?, answered: BodyContent?, at offset: UInt64,
    limits: InspectionLimits
  ) {
    if let asked { take(asked) }
    if let answered { take(answered) }
    if exchange.query == nil, let request = http.request,
      let variable = DNSOverHTTP.variable(of: request.target),
      exchange.response != nil || DNSOverHTTP.acceptsAnswer(request)
    {
      takeVariable(variable, at: offset, limits)
    }
    guard exchange.query != nil || exchange.response != nil else { return nil }
  }

  private mutating func take(_ content: BodyContent) {
    guard case .dns(let message, let found) = content else { return }
    keep(message, found)
  }

  private mutating func keep(_ message: DNSMessage, _ found: [Finding]) {
    findings += found
    if message.flags.contains(.response) { exchange.response = message } else { exchange.query = message }
  }

  private static func acceptsAnswer(_ request: HTTPRequest) -> Bool {
    request.headers.contains { field in
      field.name.count == 6 && equalsIgnoringCase(field.name, Array("accept".utf8))
        && field.value.split(separator: UInt8(ascii: ",")).contains {
          equalsIgnoringCase(MediaType(Array($0)).essence, mediaType)
        }
    }
  }

  /// The value of the variable `dns` of a target (RFC 8484 §4.1).
  private static func variable(of target: [UInt8]) -> ArraySlice<UInt8>? {
    guard let start = target.firstIndex(of: UInt8(ascii: "?")) else { return nil }
    let prefix = Array("dns=".utf8)
    let variables = target[(start + 1)...].split(separator: UInt8(ascii: "&"))
    return variables.first { $0.starts(with: prefix) }?.dropFirst(prefix.count)
  }

  /// Takes the query in base64url without padding.
  private mutating func takeVariable(
    _ variable: ArraySlice<UInt8>, at offset: UInt64, _ limits: InspectionLimits
  ) {
    guard let bytes = DNSOverHTTP.decodeBase64URL(variable) else { return }
    var reader = DNSMessageReader(
      bytes, bytes.indices, offset: offset, direction: .clientToServer, limits: limits)
    if let message = reader.message() { keep(message, reader.findings.all) }
  }

  /// RFC 4648 §5; nil where there is another character.
  static func decodeBase64URL(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount = 0
    for character in text {
      let value: UInt8
      switch character {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
      case UInt8(ascii: "-"): value = 62
      case UInt8(ascii: "_"): value = 63
      case UInt8(ascii: "="): continue
      default: return nil
      }
      bits = (bits << 6 | UInt32(value)) & 0xffff
      bitCount += 6
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
    }
    return bytes
  }
}
