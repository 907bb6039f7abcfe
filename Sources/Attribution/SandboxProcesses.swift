package import SessionEvents

/// Finds which process of a sandbox holds a socket, as `HostProcesses` does for the host.
package final class SandboxProcesses: Sendable {
  private let attribution: SocketAttribution<SandboxCandidates>

  /// - Parameters:
  ///   - diagnostics: a blocking NETLINK_SOCK_DIAG socket of the sandbox's network namespace, owned from now on.
  ///   - supervisorPID: the process below which all of the sandbox's stand.
  package init(diagnostics: Int32, supervisorPID: Int32) {
    attribution = SocketAttribution(
      SocketDiagnostics(taking: diagnostics), candidates: SandboxCandidates(supervisorPID: supervisorPID))
  }

  package func process(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint
  ) -> ProcessFacts? {
    attribution.facts(transport, client: client, server: originalDestination)
  }
}
