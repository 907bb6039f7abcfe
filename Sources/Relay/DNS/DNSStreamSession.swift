import Glibc
import NIOCore
import SessionEvents

/// One client's connection for DNS over TCP, whose queries nameservers answer in the place of the server that was meant.
///
/// Queries are answered as answers come, in any order (RFC 7766 §6.2.1.1). Both directions are recorded as they pass.
/// Confined to its channel's event loop.
final class DNSStreamSession: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// How many queries of one connection may be under way; beyond them it is not read.
  private static let queryLimit = 64
  /// How long a client may take to close a connection that the relay has finished.
  private static let closingTime = TimeAmount.seconds(2)

  private enum State {
    case open
    /// The client has said all; what it asked is still answered.
    case inputEnded
    /// The relay has said all, after a time of silence.
    case outputEnded
    case closed
  }

  private let context: RelayContext
  private let resolver: DNSResolver
  private let journal: SessionJournal
  private let channel: any Channel
  private let opening: SessionOpening
  private var state = State.open
  private var received = ByteBuffer()
  private var waitingCount = 0
  private var lastActivity = NIODeadline.now()
  private var deadline: Scheduled<Void>?

  init(context: RelayContext, resolver: DNSResolver, opening: SessionOpening, channel: any Channel) {
    self.context = context
    self.resolver = resolver
    self.opening = opening
    self.channel = channel
    journal = context.makeJournal()
  }

  var id: SessionID { journal.session }

  func start(at time: Timestamp) {
    journal.record(.opened(opening), at: time)
    watchSilence()
    updateReading()
  }

  /// Ends it at once.
  func stop() {
    reset(SessionClosing(.open, cause: .relayStopped))
  }

  // MARK: What the channel says

  func channelRead(context channelContext: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    guard state == .open || state == .outputEnded else { return }
    journal.record(.bytes(.clientToServer, bytes.allBytes))
    // What comes behind the end of the answers is recorded, and not answered.
    guard state == .open else { return }
    lastActivity = .now()
    received.writeBuffer(&bytes)
    askWhatIsWhole()
    updateReading()
  }

  func channelWritabilityChanged(context channelContext: ChannelHandlerContext) {
    updateReading()
  }

  func userInboundEventTriggered(context channelContext: ChannelHandlerContext, event: Any) {
    guard case .some(.inputClosed) = event as? ChannelEvent, state == .open else { return }
    journal.record(.halfClosed(.clientToServer))
    state = .inputEnded
    finishIfAnswered()
  }

  func errorCaught(context channelContext: ChannelHandlerContext, error: any Error) {
    end(SessionClosing(.reset(by: .client)))
    channelContext.close(promise: nil)
  }

  func channelInactive(context channelContext: ChannelHandlerContext) {
    switch state {
    case .outputEnded:
      // NIO closes a channel whose two directions have ended without telling of the second end.
      journal.record(.halfClosed(.clientToServer))
      end(SessionClosing(.fin))
    case .open, .inputEnded, .closed:
      end(SessionClosing(.reset(by: .client)))
    }
  }

  // MARK: Queries and answers

  private func askWhatIsWhole() {
    while waitingCount < Self.queryLimit, let message = received.readLengthPrefixedSlice(as: UInt16.self) {
      waitingCount += 1
      resolver.resolve(message.allBytes, isDatagram: false) { [self] answer in answered(answer) }
    }
    received.discardReadBytes()
  }

  private func answered(_ answer: [UInt8]?) {
    waitingCount -= 1
    guard state == .open || state == .inputEnded else { return }
    if let answer { send(answer) }
    // The resolver may answer before it returns; the loop that asks goes on by itself then.
    channel.eventLoop.assumeIsolated().execute { [self] in continueAsking() }
  }

  private func continueAsking() {
    guard state == .open || state == .inputEnded else { return }
    askWhatIsWhole()
    updateReading()
    if state == .inputEnded { finishIfAnswered() }
  }

  private func send(_ answer: [UInt8]) {
    lastActivity = .now()
    let length = UInt16(truncatingIfNeeded: answer.count)
    let framed = [UInt8(length >> 8), UInt8(length & 0xff)] + answer
    journal.record(.bytes(.serverToClient, framed))
    channel.writeAndFlush(channel.allocator.buffer(bytes: framed), promise: nil)
  }

  /// Reads as long as the client takes its answers and not too many are to come.
  private func updateReading() {
    let reading: Bool
    switch state {
    case .open: reading = waitingCount < Self.queryLimit && channel.isWritable
    case .outputEnded: reading = true
    case .inputEnded, .closed: reading = false
    }
    // Fails only on a closed channel, from which nothing more is read anyway.
    try? channel.syncOptions?.setOption(.autoRead, value: reading)
  }

  // MARK: Ends

  private func finishIfAnswered() {
    guard waitingCount == 0 else { return }
    journal.record(.halfClosed(.serverToClient))
    close(SessionClosing(.fin))
  }

  /// Half-closes the connection once it has been silent for long, without a query under way.
  private func watchSilence() {
    let limit = TimeAmount(context.configuration.dnsIdleTimeout)
    let time = max(lastActivity + limit, .now() + .milliseconds(1))
    deadline = channel.eventLoop.assumeIsolated().scheduleTask(deadline: time) { [self] in
      if lastActivity + limit <= .now(), waitingCount == 0 { finishSilent() } else { watchSilence() }
    }
  }

  private func finishSilent() {
    switch state {
    case .open where channel.isWritable:
      journal.record(.halfClosed(.serverToClient))
      state = .outputEnded
      updateReading()
      channel.close(mode: .output, promise: nil)
      deadline = channel.eventLoop.assumeIsolated().scheduleTask(in: Self.closingTime) { [self] in
        reset(SessionClosing(.reset(by: .server), cause: .idleTimeout))
      }
    case .open, .inputEnded, .outputEnded:
      // The client does not even take its answers.
      reset(SessionClosing(.reset(by: .server), cause: .idleTimeout))
    case .closed:
      break
    }
  }

  /// Closes once all answers are sent.
  private func close(_ closing: SessionClosing) {
    end(closing)
    let channel = self.channel
    let patience = channel.eventLoop.scheduleTask(in: Self.closingTime) { channel.close(promise: nil) }
    channel.writeAndFlush(channel.allocator.buffer(capacity: 0)).whenComplete { _ in
      patience.cancel()
      channel.close(promise: nil)
    }
  }

  private func reset(_ closing: SessionClosing) {
    end(closing)
    (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
    channel.close(promise: nil)
  }

  private func end(_ closing: SessionClosing) {
    guard state != .closed else { return }
    state = .closed
    deadline?.cancel()
    journal.record(.closed(closing))
    context.sessions.remove(id)
  }
}

extension DNSStreamSession {
  /// Makes a session of an accepted connection; called on its event loop, which is the resolver's.
  static func start(
    _ opening: SessionOpening, on channel: any Channel, at time: Timestamp, resolver: DNSResolver,
    context: RelayContext
  ) throws {
    let session = DNSStreamSession(context: context, resolver: resolver, opening: opening, channel: channel)
    try channel.pipeline.syncOperations.addHandler(session)
    let confined = NIOLoopBound(session, eventLoop: channel.eventLoop)
    context.sessions.add(session.id, transport: .tcp) {
      channel.eventLoop.execute { confined.value.stop() }
    }
    session.start(at: time)
  }
}
