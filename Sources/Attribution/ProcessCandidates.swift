import LinuxSystem

/// Who may hold a socket.
protocol ProcessCandidates: Sendable {
  associatedtype Newest: Sequence<Int32>
  /// The newest few, the likeliest first, found without asking for all; it need not be complete.
  ///
  /// `last` is the one that was found new last.
  func newest(after last: Int32?) -> Newest
  /// All, the likeliest first.
  func all() -> [Int32]
}

/// All processes of the host that can be seen.
struct HostCandidates: ProcessCandidates {
  /// Searched last: processes of the relay, which have very many sockets, all of them its own.
  private let relay: [Int32]
  private let numbers = ProcessNumbers()

  init(relay: [Int32]) {
    self.relay = relay
  }

  func newest(after last: Int32?) -> some Sequence<Int32> {
    let relay = relay
    return NewestProcesses(after: last, numbers).lazy.filter { !relay.contains($0) }
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

  func newest(after last: Int32?) -> EmptyCollection<Int32> { EmptyCollection() }

  func all() -> [Int32] { ProcessTable.fastDescendants(of: supervisorPID).reversed() }
}
