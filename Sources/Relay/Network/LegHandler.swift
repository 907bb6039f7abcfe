import NIOCore
import SessionEvents

/// Tells the driver what happens on one leg's channel.
final class LegHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let party: Party
  /// Nil once the session is no longer interested in this channel.
  private var driver: SessionDriver?
  private var sawError = false

  init(party: Party, driver: SessionDriver) {
    self.party = party
    self.driver = driver
  }

  /// The session goes on without this channel.
  func detach() {
    driver = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    driver?.received(unwrapInboundIn(data), from: party)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    driver?.receivedAllForNow()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    driver?.writabilityChanged(of: party)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { driver?.inputEnded(of: party) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    sawError = true
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    disconnected()
  }

  /// A channel that is closed before it was active, as when no route leads upstream, is never said to be inactive.
  func handlerRemoved(context: ChannelHandlerContext) {
    disconnected()
  }

  private func disconnected() {
    driver?.disconnected(party, byError: sawError)
    driver = nil
  }
}
