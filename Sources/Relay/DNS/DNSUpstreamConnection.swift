import NIOCore
import SessionEvents

/// One query over TCP to a nameserver whose datagram was too small (RFC 7766).
///
/// Confined to one event loop.
final class DNSUpstreamConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// Takes each message that comes, and nil at the connection's end or failure.
  private var receiver: (([UInt8]?) -> Void)?
  private let message: [UInt8]
  private var channel: (any Channel)?
  private var received = ByteBuffer()

  private init(_ message: [UInt8], receiver: @escaping ([UInt8]?) -> Void) {
    self.message = message
    self.receiver = receiver
  }

  /// `receiver` is called on the event loop, until the connection has ended or is cancelled.
  static func ask(
    _ message: [UInt8], of server: Endpoint, timeout: TimeAmount, mark: UInt32?, on eventLoop: any EventLoop,
    receiver: @escaping ([UInt8]?) -> Void
  ) -> DNSUpstreamConnection {
    let connection = DNSUpstreamConnection(message, receiver: receiver)
    Connecting.connect(to: server, timeout: timeout, mark: mark, on: eventLoop).assumeIsolated()
      .whenComplete { result in
        switch result {
        case .success(let channel): connection.connected(channel)
        case .failure: connection.end()
        }
      }
    return connection
  }

  func cancel() {
    receiver = nil
    channel?.close(promise: nil)
    channel = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    received.writeBuffer(&bytes)
    while let message = received.readLengthPrefixedSlice(as: UInt16.self) { receiver?(message.allBytes) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { end() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
  }

  private func connected(_ channel: any Channel) {
    guard receiver != nil else { return channel.close(promise: nil) }
    self.channel = channel
    do {
      try channel.pipeline.syncOperations.addHandler(self)
      // Length and message in one segment (RFC 7766 §8).
      var bytes = channel.allocator.buffer(capacity: message.count + 2)
      try bytes.writeLengthPrefixed(as: UInt16.self) { $0.writeBytes(message) }
      channel.writeAndFlush(bytes, promise: nil)
      try channel.syncOptions?.setOption(.autoRead, value: true)
    } catch {
      end()
    }
  }

  private func end() {
    let receiver = receiver.take()
    cancel()
    receiver?(nil)
  }
}
