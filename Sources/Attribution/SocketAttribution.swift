import Glibc
import SessionEvents
import Synchronization

/// Finds whose a socket is: what the host and the sandbox have in common.
///
/// May be called from any thread; one search runs at a time.
final class SocketAttribution<Candidates: ProcessCandidates>: Sendable {
  private struct State: ~Copyable {
    let diagnostics: SocketDiagnostics
    var search = HolderSearch()
    var descriptions = ProcessDescriptions()
  }

  private let candidates: Candidates
  private let state: Mutex<State>
  private let users = UserNames()

  init(_ diagnostics: consuming SocketDiagnostics, candidates: Candidates) {
    self.candidates = candidates
    state = Mutex(State(diagnostics: diagnostics))
  }

  /// Nil where there is no such socket; with the user alone where no process that holds it can be found.
  func facts(_ transport: TransportProtocol, client: Endpoint, server: Endpoint) -> ProcessFacts? {
    let facts = state.withLock { state -> ProcessFacts? in
      guard let socket = state.diagnostics.socket(transport, client: client, server: server) else {
        return nil
      }
      guard let process = state.search.holder(of: socket, among: candidates) else {
        return ProcessFacts(uid: socket.uid)
      }
      let description = state.descriptions.description(of: process)
      return ProcessFacts(
        uid: socket.uid, pid: process.pid, name: description.name, executable: description.executable,
        commandLine: description.arguments?.arguments,
        isCommandLineCut: description.arguments?.isCut ?? false,
        cgroup: description.controlGroup?.path, unit: description.controlGroup?.unit)
    }
    guard var facts else { return nil }
    facts.user = users.name(of: facts.uid)
    return facts
  }
}
