/// What the Inspector tells of the events that it was given, in order.
public enum Observation: Hashable, Sendable {
  case opened(SessionSummary)
  /// A finished exchange, and its session as known by now.
  case exchange(Exchange, SessionSummary)
  case closed(SessionSummary)
}
