import SessionEvents

/// What the head of a message says of its body.
struct BodyHead {
  var session: SessionID
  /// Of the exchange that it belongs to.
  var index: Int
  var direction: Direction
  var fields: [HTTPField]
}

/// Whoever reads a body's decoded bytes while they pass, besides its measure.
///
/// A body with a gap, or whose coding is unknown or breaks, is read up to there.
final class BodyAudience {
  private let sink: (any BodySink)?
  private var isLost = false

  /// Nil where nobody wants the body.
  init?(_ head: BodyHead, environment: InspectionEnvironment) {
    let sink = environment.bodies?.makeSink(
      for: BodyID(session: head.session, index: head.index, sender: head.direction.sender))
    guard let sink else { return nil }
    self.sink = sink
  }

  /// Takes the next decoded bytes.
  func update(_ bytes: Span<UInt8>) {
    guard !isLost else { return }
    sink?.write(bytes)
  }

  /// The next bytes are missing, or cannot be decoded.
  func lose() {
    isLost = true
  }

  /// The body is at its end.
  func finish(isComplete: Bool) {
    sink?.finish(isLost ? .broken : isComplete ? .complete : .cut)
  }
}
