import SessionEvents

/// What the server has said so far in answer to one exchange.
struct PostgreSQLResult {
  /// The command tags, joined.
  private(set) var tags: [UInt8] = []
  var rowCount: UInt64 = 0
  private(set) var hasRows = false
  var byteCount: UInt64 = 0
  var failure: PostgreSQLNotice?
  /// What the server tells of itself at login.
  private(set) var parameters: [UInt8] = []
  var isLogin = false
  private(set) var start: Sighting?
  private(set) var end: Sighting?

  /// Counts a message.
  mutating func count(_ message: PostgreSQLMessage) {
    if start == nil { start = message.start }
    end = message.end
    byteCount += message.byteCount
  }

  /// Counts bytes of which no message is made.
  mutating func count(_ more: UInt64, at sighting: Sighting) {
    if start == nil { start = sighting }
    end = sighting
    byteCount += more
  }

  mutating func addTag(_ tag: some Collection<UInt8>, limit: Int) {
    if !tags.isEmpty { tags += Array("; ".utf8) }
    tags += tag
    if tags.count > limit { tags.removeLast(tags.count - limit) }
  }

  mutating func addRow() {
    hasRows = true
    rowCount += 1
  }

  /// Rows may follow.
  mutating func describeRows() {
    hasRows = true
  }

  mutating func addParameter(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, limit: Int) {
    if !parameters.isEmpty { parameters.append(UInt8(ascii: " ")) }
    parameters += key + [UInt8(ascii: "=")] + value
    if parameters.count > limit { parameters.removeLast(parameters.count - limit) }
  }

  /// Whether there is nothing to tell.
  var isEmpty: Bool { tags.isEmpty && !hasRows && failure == nil && !isLogin }

  /// The reply that all of it makes.
  func reply(to pending: PendingCommand?) -> CommandExchange.Reply {
    let status = failure?.severity ?? (isLogin ? Array("AuthenticationOk".utf8) : tags)
    return CommandExchange.Reply(
      status: status, isError: failure != nil, code: failure?.code,
      text: failure?.message ?? parameters, itemCount: hasRows ? rowCount : nil,
      byteCount: byteCount + (pending?.replyByteCount ?? 0))
  }
}

/// An error or a notice ("Error and Notice Message Fields").
struct PostgreSQLNotice {
  var severity: [UInt8] = []
  var code: [UInt8]?
  var message: [UInt8] = []

  init(_ body: [UInt8]) {
    var rest = body[...]
    while let field = rest.first, field != 0 {
      let (text, after) = PostgreSQLMessage.text(rest.dropFirst())
      switch field {
      case UInt8(ascii: "S"): if severity.isEmpty { severity = Array(text) }
      // The same in English, whatever the server speaks.
      case UInt8(ascii: "V"): severity = Array(text)
      case UInt8(ascii: "C"): code = Array(text)
      case UInt8(ascii: "M"): message = Array(text)
      default: break
      }
      rest = after
    }
  }
}

/// How a server wants to know who its client is ("Message Formats", Authentication…).
enum PostgreSQLAuthentication: Hashable {
  case ok
  case kerberos
  case cleartextPassword
  case md5Password
  case gss
  case sspi
  case sasl([UInt8])
  /// More of GSS, SSPI or SASL.
  case goesOn
  case final
  case unknown(UInt32)

  init?(_ message: PostgreSQLMessage) {
    guard let code = message.number(at: 0) else { return nil }
    switch code {
    case 0: self = .ok
    case 2: self = .kerberos
    case 3: self = .cleartextPassword
    case 5: self = .md5Password
    case 7: self = .gss
    case 9: self = .sspi
    case 10:
      self = .sasl(
        Array(message.body.dropFirst(4).split(separator: 0).joined(separator: [UInt8(ascii: " ")])))
    case 8, 11: self = .goesOn
    case 12: self = .final
    default: self = .unknown(code)
    }
  }

  var text: [UInt8] {
    switch self {
    case .ok: Array("ok".utf8)
    case .kerberos: Array("Kerberos".utf8)
    case .cleartextPassword: Array("password in the clear".utf8)
    case .md5Password: Array("MD5 password".utf8)
    case .gss: Array("GSSAPI".utf8)
    case .sspi: Array("SSPI".utf8)
    case .sasl(let mechanisms): Array("SASL ".utf8) + mechanisms
    case .goesOn: Array("continues".utf8)
    case .final: Array("SASL final".utf8)
    case .unknown(let code): Array("method \(code)".utf8)
    }
  }

  /// What the client's answer to it is, in a word.
  var answerName: String {
    switch self {
    case .cleartextPassword, .md5Password: "password"
    case .ok, .kerberos, .gss, .sspi, .sasl, .goesOn, .final, .unknown: "response"
    }
  }
}

/// What can be wrong in PostgreSQL's protocol.
enum PostgreSQLProblem: String, FindingCode {
  case messageInvalid = "postgresql.message-invalid"
}
