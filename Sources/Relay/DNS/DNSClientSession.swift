import NIOCore
import SessionEvents

/// One client socket's queries to one server over UDP.
///
/// Confined to one event loop.
protocol DNSClientSession: AnyObject {
  var id: SessionID { get }
  var lastActivity: NIODeadline { get }
  /// Whether a client still waits for an answer that must come within known time.
  var isBusy: Bool { get }

  func open()
  func receive(_ query: [UInt8])
  func close()
}
