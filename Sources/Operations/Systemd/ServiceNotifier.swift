import Glibc
import LinuxSystem
import NIOCore
import NIOPosix
import Synchronization

/// Tells systemd how the service does, by the protocol of sd_notify(3).
///
/// Where nobody has asked to be told, everything here does nothing.
package final class ServiceNotifier: Sendable {
  private let socket: NotifySocket?
  /// How often systemd wants a sign of life; nil where it wants none.
  package let watchdogInterval: Duration?
  private let watchdog = Mutex<MultiThreadedEventLoopGroup?>(nil)

  /// Takes what systemd has put into the environment (NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID) out of it, so that no
  /// child has it, and connects, which needs no privileges later.
  ///
  /// To be called before there is a second thread.
  package static func takingFromEnvironment() throws(OperationsFailure) -> ServiceNotifier {
    let names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]
    let values = names.map { getenv($0).map { String(cString: $0) } }
    for name in names { unsetenv(name) }
    return try ServiceNotifier(socket: values[0], watchdogMicroseconds: values[1], watchdogPID: values[2])
  }

  /// The values of NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  init(
    socket name: String?, watchdogMicroseconds: String?, watchdogPID: String?
  ) throws(OperationsFailure) {
    guard let name, !name.isEmpty else {
      socket = nil
      watchdogInterval = nil
      return
    }
    socket = try NotifySocket(connectingTo: name)
    // sd_watchdog_enabled(3): without a process's number it is for everyone.
    let isForUs = watchdogPID.map { Int32($0) == getpid() } ?? true
    let interval = watchdogMicroseconds.flatMap { Int64($0) } ?? 0
    watchdogInterval = isForUs && interval > 0 ? .microseconds(interval) : nil
  }

  deinit {
    stopWatchdog()
  }

  /// Whether somebody listens.
  package var isActive: Bool { socket != nil }

  /// The service is up, or up again after `reloading`.
  package func ready(status: String? = nil) {
    socket?.send(["READY=1"] + Self.statusLines(status))
  }

  /// The configuration is being read again; `ready` must follow.
  package func reloading() {
    // Type=notify-reload tells by the time to which of several reloads this belongs.
    socket?.send(["RELOADING=1", "MONOTONIC_USEC=\(SystemFiles.now() / 1_000)"])
  }

  package func stopping(status: String? = nil) {
    socket?.send(["STOPPING=1"] + Self.statusLines(status))
  }

  /// One line that `systemctl status` shows.
  package func status(_ text: String) {
    socket?.send(Self.statusLines(text))
  }

  /// Gives signs of life from now on, as long as `proof` answers that the service works.
  ///
  /// It is asked four times in the time that systemd wants a sign in, on a thread of the notifier's, which it may block
  /// for a moment: that it fails once, on a busy machine, is not the end. Does nothing where systemd wants no signs.
  package func startWatchdog(proof: @escaping @Sendable () -> Bool) {
    guard let socket, let watchdogInterval else { return }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let earlier = watchdog.withLock { watchdog in
      defer { watchdog = group }
      return watchdog
    }
    try? earlier?.syncShutdownGracefully()
    group.next().scheduleRepeatedTask(
      initialDelay: .zero, delay: TimeAmount(watchdogInterval / 4)
    ) { _ in
      // The next sign comes in time if this one finds no room.
      if proof() { socket.send(["WATCHDOG=1"], waiting: false) }
    }
  }

  /// No more signs of life; to be called when the service is stopping.
  package func stopWatchdog() {
    let group = watchdog.withLock { watchdog in
      defer { watchdog = nil }
      return watchdog
    }
    try? group?.syncShutdownGracefully()
  }

  /// A line end would begin another assignment.
  private static func statusLines(_ text: String?) -> [String] {
    guard let text else { return [] }
    return ["STATUS=\(String(text.map { $0.isNewline ? " " : $0 }))"]
  }
}
