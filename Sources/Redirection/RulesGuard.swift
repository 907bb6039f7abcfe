import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// A child process that applies the rules when asked, watches them, and removes them when this process is gone.
///
/// Start it while this process still has a single thread, CAP_NET_ADMIN, and no secret in its memory, which the child
/// would have too. Everything else works later, on any thread, without any privilege. The guard stands until `finish`:
/// letting the object go ends nothing.
package final class RulesGuard: Sendable {
  /// Readable when there is something for `nextEvent`.
  package let eventDescriptor: Int32
  package let pid: Int32
  private let control: Int32
  /// Held during a request; true once the guard has been asked to end.
  private let isFinished = Mutex(false)

  /// What the guard noticed.
  package enum Event: Hashable, Sendable {
    /// Somebody else removed or changed rules; the text says what is left.
    ///
    /// They are not set again: an administrator who flushes rules means it.
    case disturbed(String)
    /// Somebody put them right again.
    case restored
    /// The guard itself has ended without having been asked to: nobody removes the rules any more.
    ///
    /// This is the last event; the descriptor stays readable.
    case lost
  }

  private init(pid: Int32, control: Int32, events: Int32) {
    self.pid = pid
    self.control = control
    eventDescriptor = events
  }

  /// Starts the guard, which looks at the rules once in `interval` milliseconds.
  ///
  /// No rule is set yet.
  package static func start(_ rules: Rules, interval: Int32 = 5000) throws(RulesError) -> RulesGuard {
    let control = try socketPair()
    let events: SocketPair
    do throws(RulesError) { events = try socketPair() } catch {
      control.close()
      throw error
    }
    let pid = clinux_fork()
    if pid == 0 {
      // Its end of each is how the relay's end is noticed.
      close(control.relays)
      close(events.relays)
      GuardProcess(rules: rules, control: control.guards, events: events.guards, interval: interval).run()
    }
    let failure = SystemCallFailure("fork")
    close(control.guards)
    close(events.guards)
    guard pid > 0 else {
      close(control.relays)
      close(events.relays)
      throw .systemCall(failure)
    }
    _ = fcntl(events.relays, F_SETFL, O_NONBLOCK)
    let started = RulesGuard(pid: pid, control: control.relays, events: events.relays)
    do throws(RulesError) {
      // It answers once it has given up what it does not need.
      try started.request(.stand, timeout: 10_000)
    } catch {
      started.end()
      throw error
    }
    return started
  }

  /// Sets the rules, in place of older ones of ours, and waits for it.
  package func apply(timeout milliseconds: Int32 = 20_000) throws(RulesError) {
    try request(.apply, timeout: milliseconds)
  }

  /// The next thing that the guard noticed; nil when there is nothing now.
  ///
  /// Never waits.
  package func nextEvent() -> Event? {
    var bytes = [UInt8](repeating: 0, count: GuardMessage.longest)
    let count = recv(eventDescriptor, &bytes, bytes.count, 0)
    if count == 0 { return .lost }
    guard count > 0, let message = GuardMessage(Array(bytes.prefix(count))) else { return nil }
    return message.kind == .good ? .restored : .disturbed(message.text)
  }

  /// Has nothing new redirected, and waits for it; connections that were redirected go on until `finish`.
  package func release(timeout milliseconds: Int32 = 20_000) throws(RulesError) {
    try request(.release, timeout: milliseconds)
  }

  /// Has the rules removed and the guard end, and waits for it.
  ///
  /// Also when this process ends, however that happens, the guard removes them and ends.
  package func finish(timeout milliseconds: Int32 = 20_000) throws(RulesError) {
    try request(.finish, timeout: milliseconds)
    end()
  }

  /// The guard ends as soon as nobody can ask it for anything.
  private func end() {
    let isFirst = isFinished.withLock { isFinished in
      defer { isFinished = true }
      return !isFinished
    }
    guard isFirst else { return }
    close(control)
    close(eventDescriptor)
    waitpid(pid, nil, 0)
  }

  private func request(_ request: GuardRequest, timeout milliseconds: Int32) throws(RulesError) {
    let message = try isFinished.withLock { isFinished throws(RulesError) in
      guard !isFinished else { throw RulesError.guardLost }
      return try exchange(request, timeout: milliseconds)
    }
    guard message.kind == .good else {
      throw .guardFailed(message: message.text, hint: message.hint)
    }
  }

  private func exchange(
    _ request: GuardRequest, timeout milliseconds: Int32
  ) throws(RulesError) -> GuardMessage {
    var byte = request.rawValue
    guard Glibc.send(control, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { throw .guardLost }
    var source = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
    let end = SystemFiles.now() + UInt64(milliseconds) * 1_000_000
    while true {
      let rest = Int32(clamping: (Int64(end) - Int64(SystemFiles.now())) / 1_000_000)
      guard poll(&source, 1, max(0, rest)) > 0 else {
        guard rest > 0 else { throw .guardSilent(milliseconds: milliseconds) }
        continue
      }
      var bytes = [UInt8](repeating: 0, count: GuardMessage.longest + 1)
      let count = recv(control, &bytes, bytes.count, 0)
      guard count > 1, let message = GuardMessage(Array(bytes[1..<count])) else { throw .guardLost }
      // What answers an earlier request came too late.
      if bytes[0] == request.rawValue { return message }
    }
  }

  private struct SocketPair {
    var relays: Int32
    var guards: Int32

    func close() {
      Glibc.close(relays)
      Glibc.close(guards)
    }
  }

  /// Sockets that keep messages apart, and which no other child gets.
  private static func socketPair() throws(RulesError) -> SocketPair {
    var ends: [Int32] = [-1, -1]
    let type = SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue
    guard socketpair(AF_UNIX, Int32(type), 0, &ends) == 0 else {
      throw .systemCall(SystemCallFailure("socketpair"))
    }
    return SocketPair(relays: ends[0], guards: ends[1])
  }
}
