import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// Finds the process behind a socket of the sandbox.
///
/// The kernel is asked for exactly this socket's inode, and the file descriptors of the sandbox's processes are then
/// searched for it. Where that does not lead to a process the answer is nil, never a guess. A socket that several
/// processes hold (a server that forks) is said to be of one of them.
///
/// Owns the diagnostics socket. May be called from any thread; a search costs some ten microseconds, and more in a
/// sandbox with many processes or descriptors.
public final class SocketOwners: Sendable {
  /// A process of the sandbox, and the descriptor that was found in it last.
  private struct Candidate {
    var pid: Int32
    var descriptor: Int32 = 3
  }

  private let diagnostics: Int32
  private let supervisorPID: Int32
  /// Those that were found last first.
  private let candidates = Mutex<[Candidate]>([])

  /// - Parameters:
  ///   - diagnostics: `SandboxSockets.diagnostics`, owned from now on.
  ///   - supervisorPID: the root of the process tree to search.
  public init(diagnostics: Int32, supervisorPID: Int32) {
    self.diagnostics = diagnostics
    self.supervisorPID = supervisorPID
  }

  deinit {
    close(diagnostics)
  }

  /// The process that holds the socket from `client` to `server` (before any redirection); nil where unknown.
  public func owner(_ transport: SocketTransport, client: SocketEnd, server: SocketEnd) -> SocketOwner? {
    guard client.address.family == server.address.family else { return nil }
    return candidates.withLock { candidates in
      guard let socket = find(transport, client, server),
        let pid = holder(of: socket.inode, &candidates)
      else { return nil }
      return SocketOwner(
        pid: pid, uid: socket.uid, name: SystemFiles.line(of: "/proc/\(pid)/comm") ?? "",
        executable: SystemFiles.link(at: "/proc/\(pid)/exe"))
    }
  }

  // MARK: The socket

  private func find(
    _ transport: SocketTransport, _ client: SocketEnd, _ server: SocketEnd
  ) -> (inode: UInt32, uid: UInt32)? {
    var facts = clinux_socket_facts()
    func ask(_ local: SocketEnd, _ remote: SocketEnd) -> Bool {
      clinux_find_socket(
        diagnostics, client.address.family, transport.number, local.address.bytes, local.port.bigEndian,
        remote.address.bytes, remote.port.bigEndian, &facts) == 0
    }
    // For UDP, sock_diag looks the pair up as that of a datagram which arrives: its source is the remote end.
    let isFound =
      switch transport {
      case .tcp: ask(client, server)
      case .udp: ask(server, client)
      }
    guard isFound, facts.inode != 0, facts.localPort == client.port.bigEndian,
      isMatch(facts.local, facts.family, client.address, mayBeOpen: transport == .udp),
      isMatch(facts.remote, facts.family, server.address, mayBeOpen: transport == .udp),
      facts.remotePort == server.port.bigEndian || (transport == .udp && facts.remotePort == 0)
    else { return nil }
    return (facts.inode, facts.uid)
  }

  /// Whether the socket's address is this one, in its IPv4-mapped form too (RFC 4291 §2.5.5.2), or, for a UDP socket
  /// that is not connected, any.
  private func isMatch<Bytes>(_ bytes: Bytes, _ family: Int32, _ address: NetworkAddress, mayBeOpen: Bool)
    -> Bool
  {
    let found = withUnsafeBytes(of: bytes) { Array($0.prefix(family == AF_INET ? 4 : 16)) }
    if mayBeOpen, found.allSatisfy({ $0 == 0 }) { return true }
    let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + address.bytes
    return found == address.bytes || (address.isIPv4 && found == mapped)
  }

  // MARK: The process

  /// Looks among the processes that are known already, and then, once, at who is there now.
  private func holder(of inode: UInt32, _ candidates: inout [Candidate]) -> Int32? {
    let link = Array("socket:[\(inode)]".utf8)
    if let pid = holder(of: link, among: &candidates) { return pid }
    let present = ProcessTable.fastDescendants(of: supervisorPID)
    candidates.removeAll { !present.contains($0.pid) }
    let known = Set(candidates.map(\.pid))
    // The newest process first: it is the likeliest to have opened something new.
    var others = present.filter { !known.contains($0) }.reversed().map { Candidate(pid: $0) }
    let pid = holder(of: link, among: &others)
    candidates = Array((others + candidates).prefix(1000))
    return pid
  }

  /// Moves the one that is found to the front.
  private func holder(of link: [UInt8], among candidates: inout [Candidate]) -> Int32? {
    for (index, candidate) in candidates.enumerated() {
      let descriptor = ProcessTable.descriptor(of: candidate.pid, linkingTo: link, hint: candidate.descriptor)
      guard let descriptor else { continue }
      candidates.remove(at: index)
      candidates.insert(Candidate(pid: candidate.pid, descriptor: descriptor), at: 0)
      return candidate.pid
    }
    return nil
  }
}

/// A transport protocol of sockets.
public enum SocketTransport: Hashable, Sendable {
  case tcp
  case udp

  fileprivate var number: Int32 {
    switch self {
    case .tcp: Int32(IPPROTO_TCP)
    case .udp: Int32(IPPROTO_UDP)
    }
  }
}

/// The process that holds a socket.
public struct SocketOwner: Hashable, Sendable {
  public var pid: Int32
  public var uid: UInt32
  /// The kernel's short name (`/proc/PID/comm`), at most 15 bytes.
  public var name: String
  /// Nil where the link cannot be read.
  public var executable: String?
}
