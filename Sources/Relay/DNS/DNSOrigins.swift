import Glibc
import Logging
import SessionEvents

/// Finds out who sent a datagram that reached a DNS socket, and which server it was meant for.
///
/// Confined to one event loop.
final class DNSOrigins {
  typealias Origin = ConnectionTracking.Origin

  private let context: RelayContext
  private let destination: DNSDestination
  /// Nil where it is not needed, or cannot be had.
  private let tracking: ConnectionTracking?
  private let unknown: LogThrottle
  private let unredirected: LogThrottle

  init(_ destination: DNSDestination, context: RelayContext) {
    self.context = context
    self.destination = destination
    unknown = LogThrottle(logger: context.logger)
    unredirected = LogThrottle(logger: context.logger)
    switch destination {
    case .packetInfo:
      tracking = nil
    case .connectionTracking:
      do throws(ConnectionTracking.Failure) {
        tracking = try ConnectionTracking()
      } catch {
        tracking = nil
        unknown.log("\(Self.consequence): \(error)")
      }
    }
  }

  private static let consequence = "DNS servers are recorded as the relay's own address"

  /// Nil for a datagram that is to be dropped: one that no rule sent here.
  func origin(of client: Endpoint, reached: Endpoint) -> Origin? {
    switch destination {
    case .packetInfo:
      Origin(client: client, destination: Endpoint(address: reached.address, port: 53))
    case .connectionTracking:
      redirected(client, reached)
    }
  }

  private func redirected(_ client: Endpoint, _ reached: Endpoint) -> Origin? {
    let origin = tracked(client, reached)
    // Without its server a query can still be answered by others, but not passed on.
    let isUsable = origin?.destination != reached && (origin != nil || context.configuration.dns != .original)
    guard isUsable else {
      context.dnsCounters.countUnredirected()
      unredirected.log(
        "dropped a DNS query that was not redirected here", metadata: ["client": "\(client)"])
      return nil
    }
    return origin ?? Origin(client: client, destination: reached)
  }

  /// Nil where the kernel does not tell.
  private func tracked(_ client: Endpoint, _ reached: Endpoint) -> Origin? {
    do throws(ConnectionTracking.Failure) {
      return try tracking?.origin(transport: .udp, client: client, reached: reached)
    } catch {
      unknown.log("\(Self.consequence): \(error)", metadata: ["client": "\(client)"])
      return nil
    }
  }
}
