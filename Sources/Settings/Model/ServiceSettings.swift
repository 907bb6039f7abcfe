package import SessionEvents

/// The service as a process.
package struct ServiceSettings: Hashable, Sendable {
  /// Whom it becomes once its sockets are open.
  package var user = "wiretape"
  /// Path of the control socket, which `relay status` asks; nil: none.
  package var controlSocket: String? = "/run/wiretape/relay.sock"
  /// Nil: no metrics.
  package var metrics: MetricsPlace?
  package var logLevel = LogLevelChoice.info
  /// How many TCP connections may be open at once; nil: as many as the limit of open files allows.
  package var sessionLimit: Int?
  /// Event loop threads; nil: one a core.
  package var threads: Int?

  package init() {}
}

/// `metrics`: where Prometheus text is served.
package enum MetricsPlace: Hashable, Sendable {
  case unixSocket(String)
  /// The address is a loopback one.
  case loopback(Endpoint)
}

/// `log_level`, in the words of swift-log.
package enum LogLevelChoice: String, Hashable, Sendable, CaseIterable {
  case trace
  case debug
  case info
  case notice
  case warning
  case error
  case critical
}
