import Inspection

/// What names protocols, as `--protocol` takes it: the names that the JSON has, and groups of them.
public struct ProtocolPattern: Hashable, Sendable, CustomStringConvertible {
  /// Every name that is understood.
  public static let names =
    ["http", "http/1", "h2", "grpc", "websocket", "sse", "dns", "tls"]
    + CommandExchange.Dialect.allCases.map(\.rawValue) + ["unknown"]

  public let description: String

  /// Nil where there is no such protocol; case does not count.
  public init?(_ text: String) {
    let name = text.lowercased()
    guard Self.names.contains(name) else { return nil }
    description = name
  }

  func matches(_ content: Exchange.Content) -> Bool {
    switch (description, content) {
    case ("http", .http1), ("http", .http2): true
    case ("grpc", .http1(let http)), ("grpc", .http2(let http, stream: _)): http.grpc != nil
    default: content.protocolName == description
    }
  }
}
