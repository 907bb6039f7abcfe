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

  /// Gives signs of life at half the time that systemd wants them in, from now on.
  ///
  /// `proof` is called each time, on a thread of the notifier's; it has to find out whether the service works, and then
  /// to call what it is given, from any thread. As long as it does not, there is no sign of life, and it is not called
  /// again. Does nothing where systemd wants no signs.
  package func startWatchdog(proof: @escaping @Sendable (_ works: @escaping @Sendable () -> Void) -> Void) {
    guard let socket, let watchdogInterval else { return }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let earlier = watchdog.withLock { watchdog in
      defer { watchdog = group }
      return watchdog
    }
    try? earlier?.syncShutdownGracefully()
    let question = WatchdogQuestion(socket: socket, proof: proof)
    group.next().scheduleRepeatedTask(
      initialDelay: .zero, delay: TimeAmount(watchdogInterval / 2)
    ) { _ in question.ask() }
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

/// Whether the service works: asked again only when it has answered.
private final class WatchdogQuestion: Sendable {
  private let socket: NotifySocket
  private let proof: @Sendable (@escaping @Sendable () -> Void) -> Void
  private let isOpen = Atomic<Bool>(false)

  init(socket: NotifySocket, proof: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
    self.socket = socket
    self.proof = proof
  }

  func ask() {
    guard !isOpen.exchange(true, ordering: .relaxed) else { return }
    proof { [self] in
      // An answer counts once.
      guard isOpen.exchange(false, ordering: .relaxed) else { return }
      // The next sign comes in time if this one finds no room.
      socket.send(["WATCHDOG=1"], waiting: false)
    }
  }
}
