import CLinux
import Glibc
import Logging
import NIOCore
import NIOPosix
import SessionEvents

/// Takes the DNS queries that reach one UDP socket, and answers them from the address that each reached.
///
/// A session is one client socket's talk with one server; since nobody sees a UDP socket close, it ends after a time of
/// silence. Confined to its channel's event loop.
final class DNSForwarder: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  /// Beyond this many sessions each new one ends the one that has been silent for longest.
  ///
  /// Each has a socket of its own where queries go to the servers that were meant.
  private static let originalSessionLimit = 4_096
  private static let nameserverSessionLimit = 32_768

  private struct Key: Hashable {
    var client: Endpoint
    /// The address of this socket that the client's datagrams reach.
    var reached: IPAddress
  }

  private let context: RelayContext
  private let resolver: DNSResolver
  private let origins: DNSOrigins
  private let descriptor: CInt
  private var port: UInt16 = 0
  private var sessions = RecencyTable<Key, any DNSClientSession>()
  private var isSweeping = false

  private init(resolver: DNSResolver, origins: DNSOrigins, context: RelayContext, descriptor: CInt) {
    self.context = context
    self.resolver = resolver
    self.origins = origins
    self.descriptor = descriptor
  }

  /// Takes over a bound UDP socket; must be called on the resolver's event loop.
  static func serve(
    _ descriptor: CInt, destination: DNSDestination, resolver: DNSResolver, context: RelayContext
  ) -> EventLoopFuture<any Channel> {
    DatagramSocket.enlargeReceiveBuffer(descriptor)
    let origins = DNSOrigins(destination, context: context)
    let forwarder = DNSForwarder(
      resolver: resolver, origins: origins, context: context, descriptor: descriptor)
    let confined = NIOLoopBound(forwarder, eventLoop: resolver.eventLoop)
    return DatagramBootstrap(group: resolver.eventLoop)
      .channelOption(.receivePacketInfo, value: true)
      .channelOption(.datagramVectorReadMessageCount, value: DatagramSocket.vectorCount)
      .channelOption(.recvAllocator, value: DatagramSocket.vectorBuffers)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(confined.value)
        }
      }
      .withBoundSocket(descriptor)
  }

  func channelActive(context channelContext: ChannelHandlerContext) {
    port = channelContext.channel.localAddress.flatMap { Endpoint($0)?.port } ?? 0
  }

  func channelRead(context channelContext: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let client = Endpoint(envelope.remoteAddress),
      let reached = envelope.metadata?.packetInfo.flatMap({ Endpoint($0.destinationAddress) })
    else { return }
    let key = Key(client: client, reached: reached.address)
    guard let session = sessions.touch(key) ?? openSession(key) else { return }
    session.receive(envelope.data.allBytes)
  }

  func errorCaught(context channelContext: ChannelHandlerContext, error: any Error) {
    // An ICMP error for an earlier answer; the socket itself goes on.
    context.logger.debug("DNS socket: \(error)")
  }

  // MARK: Sessions

  /// Nil where the datagram was not meant for any server.
  private func openSession(_ key: Key) -> (any DNSClientSession)? {
    let reached = Endpoint(address: key.reached, port: port)
    guard let origin = origins.origin(of: key.client, reached: reached) else { return nil }
    let session = makeSession(key, origin, from: SocketAddress(reached), to: SocketAddress(key.client))
    sessions.insert(session, for: key)
    scheduleSweep()
    let confined = NIOLoopBound((self, session), eventLoop: resolver.eventLoop)
    context.sessions.add(session.id, transport: .udp) { [eventLoop = resolver.eventLoop] in
      eventLoop.execute {
        let (forwarder, session) = confined.value
        forwarder.sessions.remove(key)
        session.close()
      }
    }
    session.open()
    return session
  }

  private func makeSession(
    _ key: Key, _ origin: DNSOrigins.Origin, from source: SocketAddress, to client: SocketAddress
  ) -> any DNSClientSession {
    let deliver = { [self] (answer: [UInt8]) in
      _ = sessions.touch(key)
      send(answer, from: source, to: client)
    }
    switch context.configuration.dns {
    case .original:
      endMostSilentSession(beyond: Self.originalSessionLimit)
      return DNSSession(
        context: context, origin: origin, eventLoop: resolver.eventLoop, deliver: deliver)
    case .nameservers:
      endMostSilentSession(beyond: Self.nameserverSessionLimit)
      return DNSNameserverSession(context: context, resolver: resolver, origin: origin, deliver: deliver)
    }
  }

  private func endMostSilentSession(beyond limit: Int) {
    guard sessions.count >= limit else { return }
    // Those that wait for an answer get it within seconds, and are few beside the limit.
    while let (key, session) = sessions.oldest {
      guard session.isBusy else { return end(key, session) }
      _ = sessions.touch(key)
    }
  }

  private func end(_ key: Key, _ session: any DNSClientSession) {
    sessions.remove(key)
    session.close()
  }

  /// Ends silent sessions every second, as long as there are any.
  private func scheduleSweep() {
    guard !isSweeping else { return }
    isSweeping = true
    resolver.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [self] in
      isSweeping = false
      sweep()
      if !sessions.isEmpty { scheduleSweep() }
    }
  }

  private func sweep() {
    let start = NIODeadline.now() - TimeAmount(context.configuration.dnsIdleTimeout)
    while let (key, session) = sessions.oldest, session.lastActivity < start, !session.isBusy {
      end(key, session)
    }
  }

  private func send(_ answer: [UInt8], from source: SocketAddress, to client: SocketAddress) {
    let result = source.withSockAddr { source, _ in
      client.withSockAddr { destination, _ in
        // Holds: the C function reads the three buffers during the call only.
        answer.withUnsafeBytes { clinux_send_from(descriptor, source, destination, $0.baseAddress, $0.count) }
      }
    }
    if result < 0 {
      context.logger.debug("an answer could not be sent to \(client): \(String(cString: strerror(errno)))")
    }
  }
}
