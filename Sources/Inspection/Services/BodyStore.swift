public import SessionEvents

/// Which body: of which message of which exchange.
public struct BodyID: Hashable, Sendable {
  public var session: SessionID
  /// The exchange's index.
  public var index: Int
  /// Whose message it is.
  public var sender: Party

  public init(session: SessionID, index: Int, sender: Party) {
    self.session = session
    self.index = index
    self.sender = sender
  }
}

/// Takes bodies as they pass, for whoever wants to keep them: the Inspection itself never holds one.
public protocol BodyStore: AnyObject {
  /// Asked when the first byte of a body comes, before its exchange is reported; nil where nobody wants it.
  func makeSink(for body: BodyID) -> (any BodySink)?
}

/// Takes one body's bytes, with the content coding removed; as sent where that cannot be done, or is not wanted.
public protocol BodySink: AnyObject {
  /// Whether the content coding is to be left on.
  var takesCodedBytes: Bool { get }
  /// Takes the next bytes, never none.
  func write(_ bytes: Span<UInt8>)
  /// Called once, at the body's end, before its exchange is reported.
  func finish(_ end: BodyEnd)
}

extension BodySink {
  public var takesCodedBytes: Bool { false }
}

/// How a body that was handed to a `BodySink` ended.
public enum BodyEnd: Hashable, Sendable {
  /// All of it came.
  case complete
  /// The message was cut; what came of it is right.
  case cut
  /// Bytes in its midst are missing, or its coding broke: nothing was handed on from there.
  case broken
  /// Its content coding is unknown: what was handed on is the body as sent, all of it or, where it was cut, what came.
  case undecoded(isComplete: Bool)

  /// Whether what was handed on is the decoded body, as far as it goes.
  var isDecoded: Bool {
    switch self {
    case .complete, .cut, .broken: true
    case .undecoded: false
    }
  }
}
