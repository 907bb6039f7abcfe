package import SessionEvents

/// What stays the same while the service runs.
package struct ServiceIdentity: Hashable, Sendable {
  package struct Listener: Hashable, Sendable {
    package enum Purpose: String, Hashable, Sendable, CaseIterable {
      case tcp
      case tls
      case dnsOverUDP = "dns/udp"
      case dnsOverTCP = "dns/tcp"
    }

    package var purpose: Purpose
    package var address: Endpoint

    package init(_ purpose: Purpose, _ address: Endpoint) {
      self.purpose = purpose
      self.address = address
    }
  }

  /// `0.1.0`.
  package var version: String
  package var pid: Int32
  package var started: Timestamp
  package var listeners: [Listener]
  /// The configuration file, where there is one.
  package var configurationFile: String?

  package init(
    version: String, pid: Int32, started: Timestamp, listeners: [Listener], configurationFile: String? = nil
  ) {
    self.version = version
    self.pid = pid
    self.started = started
    self.listeners = listeners
    self.configurationFile = configurationFile
  }
}
