/// Takes session events, in order, from any thread.
public protocol SessionSink: Sendable {
  /// Takes one event; may block, which is how a slow consumer makes its producer slower (nothing is dropped).
  func receive(_ event: SessionEvent)
}
