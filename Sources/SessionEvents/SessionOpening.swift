/// Who talks to whom, known when a session opens.
public struct SessionOpening: Hashable, Sendable {
  public var transport: TransportProtocol
  public var client: Endpoint
  /// Where the client meant to go, before any redirection.
  public var originalDestination: Endpoint
  public var interception: Interception
  /// The process that owns the client's socket; nil where unknown.
  public var process: ProcessFacts?

  public init(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint,
    interception: Interception, process: ProcessFacts? = nil
  ) {
    self.transport = transport
    self.client = client
    self.originalDestination = originalDestination
    self.interception = interception
    self.process = process
  }
}

/// How a session came to be seen.
public enum Interception: String, Hashable, Sendable, CaseIterable {
  /// By `relay run`, in the command's own network namespace.
  case sandbox
  /// By `relay serve`, through a REDIRECT rule.
  case redirect
  /// Read from a capture that says no more.
  case capture
}
