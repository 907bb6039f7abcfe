import Logging
import NIOCore
import NIOPosix
import SessionEvents

/// One client socket's queries to one server, and the answers.
///
/// Its upstream socket is connected, so that the kernel lets in no one else's datagrams. Confined to one event loop.
final class DNSSession: DNSClientSession {
  /// How many queries may wait for the upstream socket.
  private static let heldQueryLimit = 64

  var id: SessionID { journal.session }
  private(set) var lastActivity = NIODeadline.now()
  /// Nobody knows whether the server will answer.
  var isBusy: Bool { false }

  private let context: RelayContext
  private let client: Endpoint
  private let server: Endpoint
  private let eventLoop: any EventLoop
  private let journal: SessionJournal
  private let deliver: ([UInt8]) -> Void
  private var upstream: Upstream = .connecting(held: [])
  private var failure: SessionFailure?
  private let start = Timestamp.now()
  private var isOpened = false

  private enum Upstream {
    case connecting(held: [[UInt8]])
    case connected(any Channel)
    /// Nobody can be asked; what the client says is still recorded.
    case unreachable
    case closed
  }

  /// `deliver` takes each answer, on the event loop.
  init(
    context: RelayContext, origin: DNSOrigins.Origin, eventLoop: any EventLoop,
    deliver: @escaping ([UInt8]) -> Void
  ) {
    self.context = context
    client = origin.client
    server = origin.destination
    self.eventLoop = eventLoop
    self.journal = context.makeJournal()
    self.deliver = deliver
  }

  func open() {
    var bootstrap = DatagramBootstrap(group: eventLoop)
      .channelOption(.recvAllocator, value: DatagramSocket.receiveBuffers)
    // Before it connects; a socket that cannot be marked is not used, for it could be redirected here.
    if let mark = context.configuration.upstreamMark {
      bootstrap = bootstrap.channelOption(Connecting.markOption, value: Int(Int32(bitPattern: mark)))
    }
    let connection = bootstrap.connect(to: SocketAddress(server))
    context.opening(transport: .udp, client: client, originalDestination: server, on: eventLoop)
      .assumeIsolated().whenSuccess { [self] opening in
        if Refusals.isOwn(opening.process) { refuseLoop() } else { record(opening) }
        connection.assumeIsolated().whenComplete { [self] result in
          switch result {
          case .success(let channel): connected(channel)
          case .failure(let error): upstreamFailed(error)
          }
        }
      }
  }

  func receive(_ query: [UInt8]) {
    lastActivity = .now()
    switch upstream {
    case .connecting(let held) where held.count >= Self.heldQueryLimit:
      context.logger.debug("dropped a DNS query to \(server): \(held.count) are waiting already")
    case .connecting(let held):
      upstream = .connecting(held: held + [query])
    case .connected(let channel):
      send(query, on: channel)
    case .unreachable:
      journal.record(.datagram(.clientToServer, query))
    case .closed:
      break
    }
  }

  func close() {
    switch upstream {
    case .connected(let channel):
      channel.close(promise: nil)
    case .connecting(let held):
      // Its process may not be found yet; a session that was never opened cannot be closed.
      record(
        context.opening(transport: .udp, client: client, originalDestination: server, process: nil))
      for query in held { journal.record(.datagram(.clientToServer, query)) }
    case .unreachable:
      break
    case .closed:
      return
    }
    upstream = .closed
    journal.record(.closed(SessionClosing(.idle, cause: failure)))
    context.sessions.remove(id)
  }

  fileprivate func received(_ answer: [UInt8]) {
    guard case .connected = upstream else { return }
    lastActivity = .now()
    journal.record(.datagram(.serverToClient, answer))
    deliver(answer)
  }

  /// ICMP said that nobody listens there; a later query is tried all the same.
  fileprivate func failed(_ error: any Error) {
    failure = .upstreamUnreachable(Connecting.message(for: error))
  }

  /// The client is the relay itself: nothing is recorded, and nothing passed on.
  private func refuseLoop() {
    upstream = .closed
    context.refusals.refuseLoop(to: server, mark: context.configuration.upstreamMark)
    context.sessions.remove(id)
  }

  private func record(_ opening: SessionOpening) {
    guard !isOpened else { return }
    isOpened = true
    journal.record(.opened(opening), at: start)
  }

  private func connected(_ channel: any Channel) {
    guard case .connecting(let held) = upstream else {
      channel.close(promise: nil)
      return
    }
    do {
      try channel.pipeline.syncOperations.addHandler(DNSUpstreamHandler(session: self))
    } catch {
      upstreamFailed(error)
      return
    }
    upstream = .connected(channel)
    for query in held { send(query, on: channel) }
  }

  private func upstreamFailed(_ error: any Error) {
    guard case .connecting(let held) = upstream else { return }
    failed(error)
    upstream = .unreachable
    for query in held { journal.record(.datagram(.clientToServer, query)) }
  }

  private func send(_ query: [UInt8], on channel: any Channel) {
    journal.record(.datagram(.clientToServer, query))
    let envelope = AddressedEnvelope(remoteAddress: SocketAddress(server), data: ByteBuffer(bytes: query))
    channel.writeAndFlush(envelope, promise: nil)
  }
}

/// Hands a DNS session what its upstream socket receives.
private final class DNSUpstreamHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let session: DNSSession

  init(session: DNSSession) {
    self.session = session
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    session.received(unwrapInboundIn(data).data.allBytes)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    session.failed(error)
  }
}
