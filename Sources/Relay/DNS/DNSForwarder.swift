import CLinux
import Glibc
import Logging
import NIOCore
import NIOPosix
import SessionEvents

/// Answers the DNS queries that reach one UDP socket by asking the server that each was meant for.
///
/// Datagrams pass unchanged both ways. A session is one client socket's talk with one server; since nobody sees a
/// UDP socket close, it ends after a time of silence. Confined to its channel's event loop.
final class DNSForwarder: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  /// Beyond this many sessions each new one ends the one that has been silent for longest.
  private static let sessionLimit = 4_096

  /// Room for the largest datagram: what does not fit would be cut off without a word.
  static let receiveBuffers = FixedSizeRecvByteBufferAllocator(capacity: 65_535)

  private struct Key: Hashable {
    var client: Endpoint
    var server: Endpoint
  }

  private let context: RelayContext
  private let descriptor: CInt
  private var sessions: [Key: DNSSession] = [:]

  private init(context: RelayContext, descriptor: CInt) {
    self.context = context
    self.descriptor = descriptor
  }

  /// Takes over a UDP socket that is bound to port 53 with IP_PKTINFO or IPV6_RECVPKTINFO set.
  static func serve(
    _ descriptor: CInt, context: RelayContext, group: MultiThreadedEventLoopGroup
  ) -> EventLoopFuture<any Channel> {
    DatagramBootstrap(group: group)
      .channelOption(.receivePacketInfo, value: true)
      .channelOption(.recvAllocator, value: receiveBuffers)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let forwarder = DNSForwarder(context: context, descriptor: descriptor)
          try channel.pipeline.syncOperations.addHandler(forwarder)
        }
      }
      .withBoundSocket(descriptor)
  }

  func channelRead(context channelContext: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let client = Endpoint(envelope.remoteAddress),
      let reached = envelope.metadata?.packetInfo.flatMap({ Endpoint($0.destinationAddress) })
    else { return }
    let server = Endpoint(address: reached.address, port: 53)
    let session = session(Key(client: client, server: server), on: channelContext.channel)
    session.receive(envelope.data.allBytes)
  }

  func errorCaught(context channelContext: ChannelHandlerContext, error: any Error) {
    // An ICMP error for an earlier answer; the socket itself goes on.
    context.logger.debug("DNS socket: \(error)")
  }

  private func session(_ key: Key, on channel: any Channel) -> DNSSession {
    if let session = sessions[key] { return session }
    if sessions.count >= Self.sessionLimit { endMostSilentSession() }
    let session = DNSSession(
      context: context, client: key.client, server: key.server, eventLoop: channel.eventLoop
    ) { [self] answer in send(answer, from: key.server, to: key.client) }
    if sessions.isEmpty { scheduleSweep(on: channel.eventLoop) }
    sessions[key] = session
    let confined = NIOLoopBound((self, session), eventLoop: channel.eventLoop)
    context.sessions.add(session.id, transport: .udp) {
      channel.eventLoop.execute {
        let (forwarder, session) = confined.value
        forwarder.sessions[key] = nil
        session.close()
      }
    }
    session.open()
    return session
  }

  private func endMostSilentSession() {
    guard let silent = sessions.min(by: { $0.value.lastActivity < $1.value.lastActivity }) else { return }
    sessions[silent.key] = nil
    silent.value.close()
  }

  /// Ends silent sessions every second, as long as there are any.
  private func scheduleSweep(on eventLoop: any EventLoop) {
    eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [self] in
      let now = NIODeadline.now()
      let limit = TimeAmount(context.configuration.dnsIdleTimeout)
      for (key, session) in sessions where now - session.lastActivity > limit {
        sessions[key] = nil
        session.close()
      }
      if !sessions.isEmpty { scheduleSweep(on: eventLoop) }
    }
  }

  private func send(_ answer: [UInt8], from server: Endpoint, to client: Endpoint) {
    let result = SocketAddress(server).withSockAddr { source, _ in
      SocketAddress(client).withSockAddr { destination, _ in
        // Holds: the C function reads the three buffers during the call only.
        answer.withUnsafeBytes { clinux_send_from(descriptor, source, destination, $0.baseAddress, $0.count) }
      }
    }
    if result < 0 {
      context.logger.debug("an answer could not be sent to \(client): \(String(cString: strerror(errno)))")
    }
  }
}
