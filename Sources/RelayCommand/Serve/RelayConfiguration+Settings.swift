import Relay
import SessionEvents
import Settings

extension RelayConfiguration {
  /// `connectionLimit` is what there are descriptors for.
  init(_ settings: ServeSettings, connectionLimit: Int) {
    self.init(
      interception: .redirect, bypass: HostPatterns(settings.interception.bypass),
      onBadCertificate: settings.interception.onBadCertificate,
      connectTimeout: settings.timeouts.connect, handshakeTimeout: settings.timeouts.handshake,
      idleTimeout: settings.timeouts.idle, dnsIdleTimeout: settings.timeouts.dnsIdle,
      upstreamMark: settings.listening.mark, connectionLimit: connectionLimit)
    dns =
      switch settings.dns.destination {
      case .nameservers: .nameservers(settings.dns.nameservers)
      case .original: .original
      }
    dnsTimeout = settings.dns.timeout
    dnsAttempts = settings.dns.attempts
  }
}
