import Inspection
import SessionEvents

/// A client's query while nameservers are asked.
///
/// Confined to one event loop.
final class DNSPendingQuery {
  /// Where a server was asked: the answer is waited for there until the query is over.
  struct Try {
    var socket: DNSUpstreamSocket
    var id: UInt16
  }

  let message: [UInt8]
  let outline: DNSMessageOutline
  let questionKey: [UInt8]
  /// Whether the client can take an answer of a datagram's size alone.
  let isDatagram: Bool
  let servers: [Endpoint]
  let reply: ([UInt8]?) -> Void
  var machine: DNSQueryMachine
  var tries: [Try] = []
  var connection: DNSUpstreamConnection?
  /// Tells the last try's time-out from those before it.
  var tryNumber = 0

  init(
    message: [UInt8], outline: DNSMessageOutline, questionKey: [UInt8], isDatagram: Bool,
    servers: [Endpoint], machine: DNSQueryMachine, reply: @escaping ([UInt8]?) -> Void
  ) {
    self.message = message
    self.outline = outline
    self.questionKey = questionKey
    self.isDatagram = isDatagram
    self.servers = servers
    self.machine = machine
    self.reply = reply
  }

  /// Waits for nothing any more.
  func release() {
    for aTry in tries { aTry.socket.release(aTry.id) }
    tries = []
    connection?.cancel()
    connection = nil
  }
}
