import Glibc
import NIOCore
import NIOPosix
import SessionEvents

/// How the relay makes its own TCP connections.
enum Connecting {
  /// Receive buffers start small, since most sessions are idle most of the time, and grow while a transfer lasts.
  static let receiveBuffers = AdaptiveRecvByteBufferAllocator(
    minimum: 2_048, initial: 2_048, maximum: 131_072)

  /// How much may wait for a slow reader before its sender is no longer read.
  static let writeBuffers = ChannelOptions.Types.WriteBufferWaterMark(low: 65_536, high: 262_144)

  /// The channel is not read until its leg is told to.
  static func connect(
    to endpoint: Endpoint, timeout: TimeAmount, mark: UInt32?, on eventLoop: any EventLoop
  ) -> EventLoopFuture<any Channel> {
    var bootstrap = ClientBootstrap(group: eventLoop)
    // Before it connects; a connection that cannot be marked is not made, for it could be redirected here.
    if let mark { bootstrap = bootstrap.channelOption(markOption, value: Int(Int32(bitPattern: mark))) }
    return
      bootstrap
      .connectTimeout(timeout)
      .channelOption(.autoRead, value: false)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.recvAllocator, value: receiveBuffers)
      .channelOption(.writeBufferWaterMark, value: writeBuffers)
      .connect(to: SocketAddress(endpoint))
  }

  /// SO_MARK (asm-generic/socket.h).
  static let markOption = ChannelOptions.Types.SocketOption(
    level: .socket, name: NIOBSDSocket.Option(rawValue: 36))

  /// The system's text for why a connection could not be made: `Connection refused`.
  static func message(for error: any Error) -> String {
    switch error {
    case let error as IOError:
      return String(cString: strerror(error.errnoCode))
    case ChannelError.connectTimeout(let limit):
      return "no answer within \(limit.nanoseconds / 1_000_000_000) s"
    default:
      return String(describing: error)
    }
  }
}
