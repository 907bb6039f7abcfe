import CLinux
import Glibc
package import LinuxSystem
package import SessionEvents

/// Finds whose a socket of this host is, and which process holds it.
///
/// The kernel is asked for exactly this socket's owner and inode, and the file descriptors of the processes are then
/// searched for it. Where that does not lead to a process (it has ended, or is not to be seen, or the socket is the
/// kernel's own) the user alone is told; what is unknown stays nil, never a guess.
///
/// To see processes of other users, their descriptors and their executables, CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH are
/// needed, /proc as a whole, and that the calling thread is in no Landlock domain: Landlock hides the descriptors of
/// every process outside the domain, whatever the capabilities. Command lines are read as they are: they may hold secrets.
///
/// May be called from any thread, but should be from none that must not wait: most searches cost some ten microseconds,
/// the first of a process up to some milliseconds, and the name of a user may come over the network.
package final class HostProcesses: Sendable {
  private let attribution: SocketAttribution<HostCandidates>

  /// For the sockets of the calling thread's network namespace.
  ///
  /// - Parameter relay: processes that hold the relay's own sockets, which are searched last.
  /// - Throws: The system call that failed.
  package init(relay: [Int32] = [getpid()]) throws(SystemCallFailure) {
    let netlink = clinux_diagnostics_socket()
    guard netlink >= 0 else { throw SystemCallFailure("socket(NETLINK_SOCK_DIAG)") }
    attribution = SocketAttribution(
      SocketDiagnostics(taking: netlink), candidates: HostCandidates(relay: relay))
  }

  /// Who opened the connection, or sent the datagrams, from `client` to `originalDestination`.
  ///
  /// Both are as the client's socket has them: before any address translation. Nil where there is no such socket.
  package func process(
    transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint
  ) -> ProcessFacts? {
    attribution.facts(transport, client: client, server: originalDestination)
  }
}
