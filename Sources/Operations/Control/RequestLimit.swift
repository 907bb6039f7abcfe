import NIOCore

/// Lets through so many bytes of a connection, and says once that there were more.
final class RequestLimit: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// More bytes came than a request may have.
  struct Exceeded {}

  private var remaining: Int
  private var hasTold = false

  init(byteCount: Int) {
    remaining = byteCount
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    guard bytes.readableBytes > remaining else {
      remaining -= bytes.readableBytes
      context.fireChannelRead(data)
      return
    }
    remaining = 0
    if !hasTold { context.fireUserInboundEventTriggered(Exceeded()) }
    hasTold = true
  }
}
