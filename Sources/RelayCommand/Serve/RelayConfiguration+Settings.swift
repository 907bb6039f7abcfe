import Glibc
import Relay
import SessionEvents
import Settings

extension RelayConfiguration {
  init(_ settings: ServeSettings) {
    self.init(
      interception: .redirect, bypass: HostPatterns(settings.interception.bypass),
      onBadCertificate: settings.interception.onBadCertificate,
      connectTimeout: settings.timeouts.connect, handshakeTimeout: settings.timeouts.handshake,
      idleTimeout: settings.timeouts.idle, dnsIdleTimeout: settings.timeouts.dnsIdle,
      upstreamMark: settings.listening.mark,
      connectionLimit: settings.service.sessionLimit ?? Self.possibleConnections)
    dns =
      switch settings.dns.destination {
      case .nameservers: .nameservers(settings.dns.nameservers)
      case .original: .original
      }
    dnsTimeout = settings.dns.timeout
    dnsAttempts = settings.dns.attempts
  }

  /// Descriptors for all but connections: listeners, files, DNS upstream and the like.
  private static let reservedDescriptors = 512

  /// Each connection takes two descriptors, the client's and the one upstream.
  private static var possibleConnections: Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return max(16, (Int(min(limit.rlim_cur, 1 << 20)) - reservedDescriptors) / 2)
  }
}
