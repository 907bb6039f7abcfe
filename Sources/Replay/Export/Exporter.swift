public import Inspection

/// Turns what an Inspector observes into a file of another form.
///
/// It writes what it makes when it finishes, for much of it has another order than the observations; what does not fit
/// into memory waits in a file without a name. Not thread-safe.
public protocol Exporter: AnyObject {
  /// Where the Inspector puts bodies; nil where they are not needed.
  var bodies: (any BodyStore)? { get }
  /// Is told of every packet's session; nil where that is not needed.
  var onPacket: PacketOwner? { get }
  /// The observations that come next are of the capture at `path`; its name in titles, where there are several.
  func beginCapture(_ path: String, name: String?) throws(ExportError)
  /// Takes the next observation; all must come, wanted or not, for bodies come before it is known.
  func receive(_ observation: Observation, isWanted: Bool) throws(ExportError)
  /// The capture is read.
  func endCapture() throws(ExportError)
  /// Writes what is to be written; nothing comes after it.
  func finish() throws(ExportError)
  /// What to say on standard error then, a line each.
  var remarks: [String] { get }
}

extension Exporter {
  public var bodies: (any BodyStore)? { nil }
  public var onPacket: PacketOwner? { nil }
  public func endCapture() {}
}
