public import SessionEvents

/// One HTTP request and the final response to it; either may be missing in a capture that lacks it.
public struct HTTPExchange: Hashable, Sendable {
  public var request: HTTPRequest?
  /// Interim (1xx) responses before the final one, in order.
  public var interim: [HTTPResponse]
  public var response: HTTPResponse?
  /// When the request's last byte was seen, as far as it came.
  public var requestEnd: Timestamp?
  /// When the final response began; of HTTP/2 when its head was there.
  public var responseStart: Timestamp?
  /// Where the request is one of gRPC.
  public var grpc: GRPCCall?

  public init(
    request: HTTPRequest?, interim: [HTTPResponse] = [], response: HTTPResponse?, grpc: GRPCCall? = nil
  ) {
    self.request = request
    self.interim = interim
    self.response = response
    self.grpc = grpc
  }
}

public struct HTTPRequest: Hashable, Sendable {
  public var method: [UInt8]
  /// `http` or `https`.
  public var scheme: String
  /// From the target in absolute form, else the Host field; nil where neither is there.
  public var authority: [UInt8]?
  /// The request target as sent.
  public var target: [UInt8]
  /// `1.0`, `1.1`, `2`.
  public var version: String
  public var headers: [HTTPField]
  public var trailers: [HTTPField]
  public var body: HTTPBody
  /// Whether the whole message was seen, to its end and without a gap.
  public var isComplete: Bool

  public init(
    method: [UInt8], scheme: String, authority: [UInt8]?, target: [UInt8], version: String,
    headers: [HTTPField], trailers: [HTTPField] = [], body: HTTPBody = HTTPBody(), isComplete: Bool = true
  ) {
    self.method = method
    self.scheme = scheme
    self.authority = authority
    self.target = target
    self.version = version
    self.headers = headers
    self.trailers = trailers
    self.body = body
    self.isComplete = isComplete
  }
}

public struct HTTPResponse: Hashable, Sendable {
  public var status: Int
  public var version: String
  public var reason: [UInt8]
  public var headers: [HTTPField]
  public var trailers: [HTTPField]
  public var body: HTTPBody
  public var isComplete: Bool

  public init(
    status: Int, version: String, reason: [UInt8], headers: [HTTPField], trailers: [HTTPField] = [],
    body: HTTPBody = HTTPBody(), isComplete: Bool = true
  ) {
    self.status = status
    self.version = version
    self.reason = reason
    self.headers = headers
    self.trailers = trailers
    self.body = body
    self.isComplete = isComplete
  }
}

/// One header or trailer field, its name and value as sent, surrounding white space of the value removed.
public struct HTTPField: Hashable, Sendable {
  public var name: [UInt8]
  public var value: [UInt8]

  public init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }
}

/// A message body, by size and digest; its bytes stay in the capture.
public struct HTTPBody: Hashable, Sendable {
  /// As sent, transfer coding removed; bytes that the capture lacks count too.
  public var byteCount: UInt64
  /// 32 bytes; nil where the body is empty, bytes of it are missing, or digests were not asked for.
  public var sha256: [UInt8]?
  /// With the content coding removed too; nil where that failed or the coding is unknown.
  public var decodedByteCount: UInt64?
  public var decodedSHA256: [UInt8]?
  /// What is in it, where it is a form.
  public var form: BodyForm?

  public init(
    byteCount: UInt64 = 0, sha256: [UInt8]? = nil, decodedByteCount: UInt64? = nil,
    decodedSHA256: [UInt8]? = nil, form: BodyForm? = nil
  ) {
    self.byteCount = byteCount
    self.sha256 = sha256
    self.decodedByteCount = decodedByteCount
    self.decodedSHA256 = decodedSHA256
    self.form = form
  }
}
