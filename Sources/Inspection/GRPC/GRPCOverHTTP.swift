import SessionEvents

/// The gRPC call that an HTTP exchange is.
struct GRPCOverHTTP {
  private(set) var call: GRPCCall
  private(set) var findings: [Finding] = []

  private static let statusName = Array("grpc-status".utf8)
  private static let messageName = Array("grpc-message".utf8)

  /// Finds it in what the two bodies say, and in fields that only gRPC has; nil where there is none, which is soon seen.
  ///
  /// `offset` is where findings about the status are put, in the server's stream; `lacksFields` says that it may be among
  /// those that the capture lacks.
  init?(
    _ http: HTTPExchange, asked: BodyContent?, answered: BodyContent?, at offset: UInt64,
    lacksFields: Bool = false
  ) {
    let requests = GRPCOverHTTP.body(asked)
    let responses = GRPCOverHTTP.body(answered)
    let fields =
      (http.response?.trailers ?? []) + (responses?.trailers ?? []) + (http.response?.headers ?? [])
    let status = GRPCOverHTTP.value(GRPCOverHTTP.statusName, in: fields)
    guard requests != nil || responses != nil || status != nil else { return nil }
    let place = GRPCOverHTTP.place(http.request?.target ?? [])
    call = GRPCCall(
      service: place.service, method: place.method, status: nil,
      message: GRPCOverHTTP.value(GRPCOverHTTP.messageName, in: fields).map(GRPCOverHTTP.percentDecoded),
      requests: requests?.messages ?? GRPCMessages(), responses: responses?.messages ?? GRPCMessages())
    if let status {
      call.status = GRPCOverHTTP.number(status)
      if call.status == nil {
        let detail = "\(excerpt(status)) is no status of gRPC"
        findings.append(GRPCProblem.statusInvalid.at(offset, detail, in: .serverToClient))
      }
    } else if let response = http.response, response.isComplete, response.status == 200, !lacksFields {
      let detail = "the response ends without grpc-status"
      findings.append(GRPCProblem.statusMissing.at(offset, detail, in: .serverToClient))
    }
  }

  private static func body(_ content: BodyContent?) -> GRPCBody? {
    if case .grpc(let body) = content { body } else { nil }
  }

  private static func value(_ name: [UInt8], in fields: [HTTPField]) -> [UInt8]? {
    fields.first { $0.name.count == name.count && equalsIgnoringCase($0.name, name) }?.value
  }

  /// `/package.Service/Method`.
  private static func place(_ target: [UInt8]) -> (service: [UInt8], method: [UInt8]) {
    let path = target.prefix { $0 != UInt8(ascii: "?") }
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return ([], Array(path)) }
    return (Array(path[..<slash].dropFirst()), Array(path[(slash + 1)...]))
  }

  private static func number(_ text: [UInt8]) -> Int? {
    guard !text.isEmpty, text.count <= 4, text.allSatisfy(isDigit) else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func percentDecoded(_ text: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var position = 0
    while position < text.count {
      if text[position] == UInt8(ascii: "%"), position + 2 < text.count,
        let high = hexadecimalValue(text[position + 1]), let low = hexadecimalValue(text[position + 2])
      {
        bytes.append(high << 4 | low)
        position += 3
      } else {
        bytes.append(text[position])
        position += 1
      }
    }
    return bytes
  }
}
