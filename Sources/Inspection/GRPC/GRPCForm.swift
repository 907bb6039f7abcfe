/// How a body carries gRPC, by its media type (gRPC over HTTP2 and gRPC-Web, protocol specifications).
struct GRPCForm: Hashable {
  enum Framing {
    /// `application/grpc`: messages, and trailers in HTTP's own.
    case native
    /// `application/grpc-web`: trailers come as the last message.
    case web
    /// `application/grpc-web-text`: all that in base64.
    case webText
  }

  let framing: Framing
  /// Whether the messages are protobuf, as they are where nothing else is said.
  let isProtobuf: Bool

  private static let prefix = Array("application/grpc".utf8)

  /// Nil where it is another media type.
  init?(_ essence: some BidirectionalCollection<UInt8>) {
    let prefix = GRPCForm.prefix
    guard essence.count >= prefix.count, equalsIgnoringCase(essence.prefix(prefix.count), prefix) else {
      return nil
    }
    let rest = String(decoding: essence.dropFirst(prefix.count).map(lowercased), as: UTF8.self)
    let parts = rest.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    switch parts.first {
    case "": framing = .native
    case "-web": framing = .web
    case "-web-text": framing = .webText
    default: return nil
    }
    isProtobuf = parts.count < 2 || parts[1] == "proto"
  }
}
