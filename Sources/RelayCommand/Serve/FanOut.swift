import SessionEvents

/// Hands every event to two sinks, the first of which must not block.
struct FanOut: SessionSink {
  let first: any SessionSink
  let second: any SessionSink

  func receive(_ event: SessionEvent) {
    first.receive(event)
    second.receive(event)
  }
}
