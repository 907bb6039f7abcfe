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
    notifier.startWatchdog {
      Issue.record("asked for a proof that nobody wants")
      return true
    }
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
    notifier.startWatchdog { true }
    for _ in 0..<5 { #expect(systemd.receive() == "WATCHDOG=1") }
    // The first comes at once, the others each after a quarter of the time.
    #expect(ContinuousClock.now - start >= .milliseconds(35))
    notifier.stopWatchdog()
  }

  @Test func `gives none while the proof is missing, and asks again`() throws {
    let systemd = try UnixSocket(receivingAt: UnixSocketAddress(path: path))
    let notifier = try notifier(watchdogMicroseconds: "4000")
    let askedCount = Mutex(0)
    let proven = DispatchSemaphore(value: 0)
    notifier.startWatchdog {
      let count = askedCount.withLock { count in
        count += 1
        return count
      }
      // What fails at first, and works then, is not given up.
      if count == 10 { notifier.status("no sign so far") }
      if count == 11 { proven.signal() }
      return count == 11
    }
    #expect(systemd.receive() == "STATUS=no sign so far")
    #expect(systemd.receive() == "WATCHDOG=1")
    #expect(proven.wait(timeout: .now() + 10) == .success)
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
