public import SessionEvents

/// Finds the process behind a session.
public protocol ProcessAttribution: Sendable {
  /// Nil where unknown, never a guess; may take some milliseconds, and is called off the event loops.
  func process(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint
  ) -> ProcessFacts?
}
