import Glibc
import NIOCore
import NIOPosix
import SessionEvents

/// One UDP socket towards one nameserver, shared by the queries that are under way on it.
///
/// It is connected, so that the kernel lets in only what comes from the nameserver's address and port; its own port and
/// each query's id are random, so that who cannot see a query cannot forge its answer (RFC 5452 §9). Confined to one
/// event loop.
final class DNSUpstreamSocket {
  /// Beyond this many queries, or this age, its port has been seen for long enough.
  private static let queryLimit = 2_048
  private static let lifetime = TimeAmount.seconds(10)
  /// Few enough that an unused id is found soon, and hard to guess.
  private static let inFlightLimit = 4_096

  /// A query, and the place of the server that it asks here.
  struct Asking {
    var query: DNSPendingQuery
    var server: Int
  }

  /// `asking` is nil for a datagram that answers no query; `answer` is nil where the network refused the query.
  typealias Receiver = (_ asking: Asking?, _ answer: [UInt8]?) -> Void

  private let receiver: Receiver
  /// Beside the channel's own, for sending without the channel.
  private let descriptor: CInt
  private var channel: (any Channel)?
  private var askings: [UInt16: Asking] = [:]
  private var queryCount = 0
  private let birth = NIODeadline.now()
  private var isRetired = false

  init(
    to server: Endpoint, mark: UInt32?, on eventLoop: any EventLoop, receiver: @escaping Receiver
  ) throws(DatagramSocket.Failure) {
    self.receiver = receiver
    descriptor = try DatagramSocket.connected(to: server, mark: mark)
    try register(on: eventLoop)
  }

  deinit { Glibc.close(descriptor) }

  /// Whether one more query can use it.
  var isUsable: Bool { !isRetired && askings.count < Self.inFlightLimit }

  /// Whether its port has not been seen for too long.
  func isFresh(at now: NIODeadline) -> Bool {
    isUsable && queryCount < Self.queryLimit && now - birth < Self.lifetime
  }

  /// Sends a query under a random id, by which it is to be released once it is over.
  func send(_ message: [UInt8], for asking: Asking) throws(DatagramSocket.Failure) -> UInt16 {
    var id: UInt16
    repeat { id = .random(in: .min ... .max) } while askings[id] != nil
    let bytes = DNSReply.withID(id, message)
    queryCount += 1
    if Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) < 0 {
      let code = errno
      // A full buffer loses a datagram, as any place on the way may.
      guard code == EAGAIN || code == ENOBUFS else {
        refuseAll()
        throw DatagramSocket.Failure(call: "send", code: code)
      }
    }
    askings[id] = asking
    return id
  }

  /// Answers under this id are no longer waited for.
  func release(_ id: UInt16) {
    askings[id] = nil
    closeIfDone()
  }

  /// Sends nothing any more, and closes once no query waits.
  func retire() {
    isRetired = true
    closeIfDone()
  }

  private func closeIfDone() {
    guard isRetired, askings.isEmpty else { return }
    channel?.close(promise: nil)
    channel = nil
  }

  private func register(on eventLoop: any EventLoop) throws(DatagramSocket.Failure) {
    let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard duplicate >= 0 else { throw DatagramSocket.Failure(call: "dup", code: errno) }
    let confined = NIOLoopBound(self, eventLoop: eventLoop)
    DatagramBootstrap(group: eventLoop)
      .channelOption(.datagramVectorReadMessageCount, value: DatagramSocket.vectorCount)
      .channelOption(.recvAllocator, value: DatagramSocket.vectorBuffers)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(DNSUpstreamHandler(socket: confined.value))
        }
      }
      .withBoundSocket(duplicate)
      .assumeIsolated()
      .whenComplete { [self] result in
        switch result {
        case .success(let channel):
          self.channel = channel
          closeIfDone()
        case .failure:
          closed()
        }
      }
  }

  // MARK: What its channel says

  fileprivate func received(_ answer: [UInt8]) {
    let id = answer.count < 2 ? nil : UInt16(answer[0]) << 8 | UInt16(answer[1])
    receiver(id.flatMap { askings[$0] }, answer)
  }

  /// The network refused a datagram, and does not say which one: all count as refused.
  fileprivate func refuseAll() {
    let refused = askings.values
    for asking in refused { receiver(asking, nil) }
  }

  fileprivate func closed() {
    isRetired = true
    channel = nil
    refuseAll()
  }
}

/// Hands an upstream socket what it receives.
private final class DNSUpstreamHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  /// The socket owns its channel, not the channel the socket.
  private weak var socket: DNSUpstreamSocket?

  init(socket: DNSUpstreamSocket) {
    self.socket = socket
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    socket?.received(unwrapInboundIn(data).data.allBytes)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    socket?.refuseAll()
  }

  func channelInactive(context: ChannelHandlerContext) {
    socket?.closed()
  }
}
