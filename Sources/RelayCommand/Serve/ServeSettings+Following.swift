import Settings

extension ServeSettings {
  /// Takes over what a running service can follow.
  mutating func follow(_ new: ServeSettings) {
    dns = new.dns
    timeouts = new.timeouts
    interception.bypass = new.interception.bypass
    interception.onBadCertificate = new.interception.onBadCertificate
    interception.upstreamAuthorities = new.interception.upstreamAuthorities
    recording.rotateSize = new.recording.rotateSize
    recording.rotateInterval = new.recording.rotateInterval
    recording.maximumTotal = new.recording.maximumTotal
    recording.onFailure = new.recording.onFailure
    service.logLevel = new.service.logLevel
  }
}
