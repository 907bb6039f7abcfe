import SessionEvents

/// What the head of a message says of its body.
struct BodyHead {
  var session: SessionID
  /// Of the exchange that it belongs to.
  var index: Int
  var direction: Direction
  var fields: [HTTPField]

  private static let contentTypeName = Array("content-type".utf8)

  /// The value of its first Content-Type field.
  var contentType: [UInt8]? {
    fields.first { $0.name.count == 12 && equalsIgnoringCase($0.name, BodyHead.contentTypeName) }?.value
  }
}

/// Whoever reads a body's decoded bytes while they pass, besides its measure: a store, and a reader of its kind.
///
/// A conversation makes one for each body that may have bytes, and gives it to `BodyMeter.begin`. What is said within
/// the body comes out of `BodyMeter.update` at once, and the conversation tells it as exchanges of their own: so their
/// order does not depend on how the body was split, and nothing is kept. A body with a gap, or whose coding breaks, is
/// read up to there; one whose coding is unknown goes to the store as sent, and to no reader.
final class BodyAudience {
  private let head: BodyHead
  private let store: (any BodyStore)?
  private let reader: (any BodyReader)?
  private var sink: (any BodySink)?
  private var sinkTakesCodedBytes = false
  private var hasBegun = false
  /// Whether there were decoded bytes.
  private var hasRead = false

  /// Nil where nobody wants the body.
  init?(_ head: BodyHead, environment: InspectionEnvironment) {
    reader = BodyKind(head)?.makeReader(head, environment)
    store = environment.bodies
    guard reader != nil || store != nil else { return nil }
    self.head = head
  }

  /// Whether somebody waits for what the bytes say.
  var hasReader: Bool { reader != nil }

  /// Takes the next decoded bytes.
  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void) {
    begin()
    if !sinkTakesCodedBytes { sink?.write(bytes) }
    hasRead = true
    reader?.update(bytes, at: sighting, report: report)
  }

  /// Takes the next bytes as they are before they are decoded.
  func updateCoded(_ bytes: Span<UInt8>) {
    begin()
    if sinkTakesCodedBytes { sink?.write(bytes) }
  }

  /// Takes the next bytes of a body that nobody can decode.
  func updateAsSent(_ bytes: Span<UInt8>) {
    begin()
    sink?.write(bytes)
  }

  /// The body, which had bytes, is at its end: as decoded, and as sent.
  func finish(_ end: BodyEnd, asSent: BodyEnd, into result: inout BodyResult) {
    sink?.finish(sinkTakesCodedBytes ? asSent : end)
    if hasRead, end.isDecoded { reader?.finish(end, into: &result) }
  }

  private func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    let id = BodyID(session: head.session, index: head.index, sender: head.direction.sender)
    sink = store?.makeSink(for: id)
    sinkTakesCodedBytes = sink?.takesCodedBytes == true
  }
}
