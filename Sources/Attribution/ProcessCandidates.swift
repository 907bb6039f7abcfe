import CLinux
import Glibc
import LinuxSystem

/// Who may hold a socket.
protocol ProcessCandidates: Sendable {
  /// The newest few, the newest first, found without asking for all; it need not be complete.
  func newest() -> [Int32]
  /// All, the likeliest first.
  func all() -> [Int32]
}

/// All processes of the host that can be seen.
struct HostCandidates: ProcessCandidates {
  /// How far from the last process number to look back. A number that is not in use costs half a microsecond.
  private static let newestCount: Int32 = 32

  /// Searched last: processes of the relay, which have very many sockets, all of them its own.
  let relay: [Int32]

  func newest() -> [Int32] {
    // proc_loadavg(5): the last field is the process number that was given last.
    guard let line = SystemFiles.line(of: "/proc/loadavg"), let last = line.split(separator: " ").last,
      let pid = Int32(last), pid > 0
    else { return [] }
    return (max(1, pid - Self.newestCount + 1)...pid).reversed().filter { pid in
      clinux_is_process(pid) && !relay.contains(pid)
    }
  }

  func all() -> [Int32] {
    let others = ProcessTable.all().filter { !relay.contains($0) }
    return others.sorted(by: >) + relay
  }
}

/// The processes of a sandbox.
struct SandboxCandidates: ProcessCandidates {
  /// The root of their tree, not itself one of them.
  let supervisorPID: Int32

  func newest() -> [Int32] { [] }

  func all() -> [Int32] { ProcessTable.fastDescendants(of: supervisorPID).reversed() }
}
