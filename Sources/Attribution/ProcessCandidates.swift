import CLinux
import LinuxSystem

/// Who may hold a socket.
protocol ProcessCandidates: ~Copyable, Sendable {
  associatedtype Newest: Sequence<Int32>
  /// The newest few, the newest first, found without asking for all; it need not be complete.
  func newest() -> Newest
  /// All, the likeliest first.
  func all() -> [Int32]
}

/// All processes of the host that can be seen.
struct HostCandidates: ~Copyable, ProcessCandidates {
  /// How far to look back from the last process number; one that is not in use costs half a microsecond.
  private static let newestCount: Int32 = 64

  /// Searched last: processes of the relay, which have very many sockets, all of them its own.
  private let relay: [Int32]
  /// Nil where it is hidden (systemd.exec(5), ProcSubset=pid); then no process is known to be new.
  private let load = ProcFile(path: "/proc/loadavg")

  init(relay: [Int32]) {
    self.relay = relay
  }

  func newest() -> some Sequence<Int32> {
    let relay = relay
    let last = lastPID ?? 0
    let numbers = (max(1, last - Self.newestCount + 1)..<max(1, last + 1)).reversed()
    return numbers.lazy.filter { clinux_is_process($0) && !relay.contains($0) }
  }

  func all() -> [Int32] {
    let others = ProcessTable.all().filter { !relay.contains($0) }
    return others.sorted(by: >) + relay
  }

  /// The process number that was given last: the last field of /proc/loadavg (proc_loadavg(5)).
  private var lastPID: Int32? {
    guard let line = load?.contents(limit: 256), let space = line.lastIndex(of: UInt8(ascii: " ")) else {
      return nil
    }
    return Int32(String(decoding: line[(space + 1)...].dropLast(), as: UTF8.self))
  }
}

/// The processes of a sandbox.
struct SandboxCandidates: ProcessCandidates {
  /// The root of their tree, not itself one of them.
  let supervisorPID: Int32

  func newest() -> EmptyCollection<Int32> { EmptyCollection() }

  func all() -> [Int32] { ProcessTable.fastDescendants(of: supervisorPID).reversed() }
}
