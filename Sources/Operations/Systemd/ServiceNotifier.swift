import Glibc

/// Tells systemd how the service does, by the protocol of sd_notify(3).
///
/// Where nobody has asked to be told, everything here does nothing.
package final class ServiceNotifier: Sendable {
  /// Takes what systemd has put into the environment, NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, out of it, so that
  /// no child has it, and connects, which needs no privileges later.
  ///
  /// To be called before there is a second thread.
  package static func takingFromEnvironment() -> ServiceNotifier { ServiceNotifier() }

  init() {}

  /// Whether somebody listens.
  package var isActive: Bool { false }

  /// How often a sign of life is wanted; nil where none is.
  package var watchdogInterval: Duration? { nil }

  /// The service is up, or up again after `reloading`.
  package func ready(status: String? = nil) {}

  /// The configuration is being read again; `ready` must follow.
  package func reloading() {}

  package func stopping(status: String? = nil) {}

  /// One line that `systemctl status` shows.
  package func status(_ text: String) {}

  /// Gives signs of life at half the time that systemd wants them in.
  ///
  /// `proof` is called each time, on a thread of the notifier's; it has to find out whether the service works, and then
  /// to call what it is given, from any thread. As long as it does not, there is no sign of life, nor is it called again.
  package func startWatchdog(proof: @escaping @Sendable (_ works: @escaping @Sendable () -> Void) -> Void) {}

  package func stopWatchdog() {}
}
