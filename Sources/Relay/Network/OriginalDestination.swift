import Glibc
import NIOCore
import SessionEvents

/// Where a redirected connection meant to go, as the kernel's connection tracking remembers it.
enum OriginalDestination {
  /// `SO_ORIGINAL_DST` and `IP6T_SO_ORIGINAL_DST` (linux/netfilter_ipv4.h, linux/netfilter_ipv6/ip6_tables.h).
  private static let option = NIOBSDSocket.Option(rawValue: 80)

  /// Nil for a connection that was not redirected.
  ///
  /// Must be called on the channel's event loop.
  static func of(_ channel: any Channel) -> EventLoopFuture<Endpoint?> {
    let none = channel.eventLoop.makeSucceededFuture(Endpoint?.none)
    guard let provider = channel as? any SocketOptionProvider, let local = channel.localAddress else {
      return none
    }
    switch local {
    case .v4:
      let value: EventLoopFuture<sockaddr_in> = provider.unsafeGetSocketOption(level: .ip, name: option)
      return value.map { redirected(Endpoint($0), local) }.recover { _ in nil }
    case .v6:
      let value: EventLoopFuture<sockaddr_in6> = provider.unsafeGetSocketOption(level: .ipv6, name: option)
      return value.map { redirected(Endpoint($0), local) }.recover { _ in nil }
    case .unixDomainSocket:
      return none
    }
  }

  /// Connection tracking remembers connections that went nowhere else, too: those to the listener itself.
  private static func redirected(_ destination: Endpoint, _ local: SocketAddress) -> Endpoint? {
    destination == Endpoint(local) ? nil : destination
  }
}
