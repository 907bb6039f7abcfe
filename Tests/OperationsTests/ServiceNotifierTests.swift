import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Operations

@Suite struct `Service notifier` {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path("notify")
  }

  private func notifier(
    watchdogMicroseconds: String? = nil, watchdogPID: String? = nil
  ) throws -> ServiceNotifier {
    try ServiceNotifier(socket: path, watchdogMicroseconds: watchdogMicroseconds, watchdogPID: watchdogPID)
  }

  @Test func `tells a service's life to a path`() throws {
    let systemd = try UnixSocket(receivingAt: UnixSocketAddress(path: path))
    let notifier = try notifier()
    #expect(notifier.isActive)
    notifier.ready(status: "relaying")
    notifier.status("two\nlines")
    notifier.stopping()
    #expect(systemd.receive() == "READY=1\nSTATUS=relaying")
    #expect(systemd.receive() == "STATUS=two lines")
    #expect(systemd.receive() == "STOPPING=1")
  }

  @Test func `tells when a reload began`() throws {
    let systemd = try UnixSocket(receivingAt: UnixSocketAddress(path: path))
    let before = monotonicMicroseconds()
    try notifier().reloading()
    let lines = try #require(systemd.receive()).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0] == "RELOADING=1")
    let time = try #require(UInt64(lines[1].trimmingPrefix("MONOTONIC_USEC=")))
    #expect((before...monotonicMicroseconds()).contains(time))
  }

  private func monotonicMicroseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
  }

  @Test func `tells an abstract address`() throws {
    let name = "wiretape-\(UUID().uuidString)"
    let systemd = try UnixSocket(receivingAt: UnixSocketAddress(abstractName: name))
    try ServiceNotifier(socket: "@\(name)", watchdogMicroseconds: nil, watchdogPID: nil).ready()
    #expect(systemd.receive() == "READY=1")
  }

  @Test func `says nothing where nobody asks`() throws {
    let notifier = try ServiceNotifier(socket: nil, watchdogMicroseconds: "1000", watchdogPID: nil)
    #expect(!notifier.isActive)
    notifier.ready()
    notifier.startWatchdog { _ in Issue.record("asked for a proof that nobody wants") }
  }

  @Test func `does not take a broken address for none`() throws {
    #expect(throws: OperationsFailure.systemCall("connect", code: ENOENT, at: path)) { try notifier() }
    #expect(throws: OperationsFailure.systemCall("connect", code: EAFNOSUPPORT, at: "vsock:2:1")) {
      try ServiceNotifier(socket: "vsock:2:1", watchdogMicroseconds: nil, watchdogPID: nil)
    }
  }

  // MARK: Watchdog

  struct Watch: Sendable {
    var microseconds: String?
    var pid: String?
    var interval: Duration?
  }

  static let watches = [
    Watch(microseconds: "3000000", pid: nil, interval: .seconds(3)),
    Watch(microseconds: "3000000", pid: String(getpid()), interval: .seconds(3)),
    Watch(microseconds: "3000000", pid: "1"), Watch(microseconds: "3000000", pid: "x"),
    Watch(microseconds: "0"), Watch(microseconds: "soon"), Watch(pid: String(getpid())),
  ]

  @Test(arguments: watches) func `is watched only where that is meant for it`(_ watch: Watch) throws {
    let systemd = try UnixSocket(receivingAt: UnixSocketAddress(path: path))
    let notifier = try notifier(watchdogMicroseconds: watch.microseconds, watchdogPID: watch.pid)
    #expect(notifier.watchdogInterval == watch.interval)
    withExtendedLifetime(systemd) {}
  }

  @Test func `gives signs of life while the service proves that it works`() throws {
    let systemd = try UnixSocket(receivingAt: UnixSocketAddress(path: path))
    let notifier = try notifier(watchdogMicroseconds: "40000")
    let start = ContinuousClock.now
    notifier.startWatchdog { works in works() }
    for _ in 0..<5 { #expect(systemd.receive() == "WATCHDOG=1") }
    // The first comes at once, the others at half the time.
    #expect(ContinuousClock.now - start >= .milliseconds(75))
    notifier.stopWatchdog()
  }

  @Test func `gives none while the proof is missing, and asks once only`() throws {
    let systemd = try UnixSocket(receivingAt: UnixSocketAddress(path: path))
    let notifier = try notifier(watchdogMicroseconds: "10000")
    let questions = Mutex<[@Sendable () -> Void]>([])
    let asked = DispatchSemaphore(value: 0)
    notifier.startWatchdog { works in
      questions.withLock { $0.append(works) }
      asked.signal()
    }
    #expect(asked.wait(timeout: .now() + 10) == .success)
    // Ten times the time in which it would ask again.
    #expect(asked.wait(timeout: .now() + 0.05) == .timedOut)
    notifier.status("no sign so far")
    #expect(systemd.receive() == "STATUS=no sign so far")

    // A late proof is one, but counts once; then it is asked for again.
    let works = try #require(questions.withLock { $0.first })
    works()
    works()
    #expect(systemd.receive() == "WATCHDOG=1")
    #expect(asked.wait(timeout: .now() + 10) == .success)
    notifier.stopWatchdog()
    notifier.status("one sign")
    #expect(systemd.receive() == "STATUS=one sign")
  }

  // MARK: Environment

  @Test func `takes what is meant for it out of the environment`() async {
    // In a process of its own: the environment is everybody's.
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let path = directory.path("notify")
      let systemd = try UnixSocket(receivingAt: UnixSocketAddress(path: path))
      setenv("NOTIFY_SOCKET", path, 1)
      setenv("WATCHDOG_USEC", "2000000", 1)
      setenv("WATCHDOG_PID", String(getpid()), 1)
      let notifier = try ServiceNotifier.takingFromEnvironment()
      for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { try #require(getenv(name) == nil) }
      try #require(notifier.watchdogInterval == .seconds(2))
      notifier.ready()
      try #require(systemd.receive() == "READY=1")
    }
  }
}
