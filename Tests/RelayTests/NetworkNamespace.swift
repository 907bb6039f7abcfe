import CLinux
import Glibc
import Synchronization

/// A network namespace of a test's own, in which every address is local and traffic to port 53 is redirected.
enum NetworkNamespace {
  /// Whether this process may make one.
  static let canBeMade: Bool = {
    let result = Mutex(false)
    TestThread.run { result.withLock { $0 = clinux_unshare(clinux_new_network) == 0 } }
    return result.withLock(\.self)
  }()

  /// The mark that exempts from redirection.
  static let mark: UInt32 = 0x5754

  /// Runs the body on a thread in such a namespace; so are the threads that it starts, and the sockets that it makes.
  static func run(redirectingTo port: UInt16, _ body: @escaping @Sendable () throws -> Void) throws {
    let failure = Mutex<(any Error)?>(nil)
    TestThread.run {
      do {
        guard clinux_unshare(clinux_new_network) == 0 else { throw Failure(step: "unshare") }
        try tool(["ip", "link", "set", "lo", "up"])
        for version in ["-4", "-6"] {
          try tool(["ip", version, "route", "add", "local", "default", "dev", "lo"])
        }
        try tool(["nft", rules(port)])
        try body()
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock(\.self) { throw error }
  }

  private static func rules(_ port: UInt16) -> String {
    """
    table inet wiretape {
      chain output {
        type nat hook output priority -100
        meta mark \(mark) return
        meta l4proto { tcp, udp } th dport 53 redirect to :\(port)
      }
    }
    """
  }

  struct Failure: Error {
    var step: String
  }

  /// Runs a tool in this thread's namespace.
  private static func tool(_ line: [String]) throws {
    var pointers = line.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var pid: pid_t = 0
    var status: Int32 = 0
    guard posix_spawnp(&pid, line[0], nil, nil, &pointers, clinux_environment()) == 0,
      waitpid(pid, &status, 0) == pid, status == 0
    else { throw Failure(step: line.joined(separator: " ")) }
  }
}
