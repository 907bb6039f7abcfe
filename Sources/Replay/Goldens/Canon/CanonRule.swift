import Inspection
import SessionEvents

/// One rule: of which fields, of which exchanges, what is asked.
public struct CanonRule: Hashable, Sendable {
  public var path: CanonPath
  public var matcher: CanonMatcher
  public var host: HostPattern?
  public var protocolPattern: ProtocolPattern?
  public var status: StatusPattern?
  /// The line of the rule file; nil for a rule that comes with the program.
  public var line: Int?

  public init(_ path: CanonPath, _ matcher: CanonMatcher, line: Int? = nil) {
    self.path = path
    self.matcher = matcher
    self.line = line
  }

  var isScoped: Bool { host != nil || protocolPattern != nil || status != nil }

  func concerns(_ exchange: Exchange, _ summary: SessionSummary) -> Bool {
    (host?.matches(exchange.content, summary) ?? true)
      && (protocolPattern?.matches(exchange.content) ?? true)
      && (status?.matches(exchange.content.status) ?? true)
  }
}
