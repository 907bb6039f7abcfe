/// What gRPC said inside an HTTP/2 exchange (gRPC over HTTP2, protocol specification).
public struct GRPCCall: Hashable, Sendable {
  /// `package.Service`, from the path.
  public var service: [UInt8]
  public var method: [UInt8]
  /// The value of `grpc-status`, 0 being OK; nil where none came.
  public var status: Int?
  /// The value of `grpc-message`, percent-decoded.
  public var message: [UInt8]?
  public var requests: GRPCMessages
  public var responses: GRPCMessages

  public init(
    service: [UInt8], method: [UInt8], status: Int?, message: [UInt8]?, requests: GRPCMessages,
    responses: GRPCMessages
  ) {
    self.service = service
    self.method = method
    self.status = status
    self.message = message
    self.requests = requests
    self.responses = responses
  }
}

/// The length-prefixed messages of one direction.
public struct GRPCMessages: Hashable, Sendable {
  public var count: Int
  /// The first ones, as many as the limits allow.
  public var first: [GRPCMessage]

  public init(count: Int = 0, first: [GRPCMessage] = []) {
    self.count = count
    self.first = first
  }
}

/// One length-prefixed message.
public struct GRPCMessage: Hashable, Sendable {
  /// As on the wire, without the five bytes of its prefix.
  public var byteCount: UInt64
  public var isCompressed: Bool
  /// Its protobuf fields, decoded without a schema; nil where it is none, is compressed in an unknown way or too long.
  public var fields: [ProtobufField]?

  public init(byteCount: UInt64, isCompressed: Bool, fields: [ProtobufField]?) {
    self.byteCount = byteCount
    self.isCompressed = isCompressed
    self.fields = fields
  }
}

/// A protobuf field without its schema: number and wire type are known, the meaning is guessed.
public struct ProtobufField: Hashable, Sendable {
  public var number: UInt32
  public var value: Value

  public init(number: UInt32, value: Value) {
    self.number = number
    self.value = value
  }

  public indirect enum Value: Hashable, Sendable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// Length-delimited, valid UTF-8 without control characters: its first bytes.
    case text([UInt8], byteCount: Int)
    /// Length-delimited, and reads as a message.
    case message([ProtobufField], byteCount: Int)
    /// Length-delimited, none of these: its first bytes.
    case bytes([UInt8], byteCount: Int)
  }
}
