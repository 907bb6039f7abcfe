import CLinux
import Glibc
import SessionEvents
import TestSupport

/// A program that a test runs, to have sockets; ended when the object goes.
///
/// It is Python, whose standard output the test reads by lines, and which waits for its standard input.
final class Client {
  let pid: Int32
  private let input: Int32
  private let output: Int32
  private var unread: [UInt8] = []
  private var isReaped = false

  /// `wait()` returns when the test says so, `end(s)` writes an address and a port as `Endpoint` reads them.
  static let beginning = """
    import os, socket, sys
    def wait(): sys.stdin.readline()
    def say(*words): print(*words, flush=True)
    def end(s): return ('[%s]:%d' if ':' in s[0] else '%s:%d') % s[:2]

    """

  struct Failure: Error {
    var call: String
    var code = errno
  }

  /// Runs a program of Python, which has what `beginning` defines.
  ///
  /// - Parameters:
  ///   - program: what follows `beginning`.
  ///   - arguments: from `sys.argv[1]` on.
  ///   - prefix: the command line that becomes Python, as `setpriv`.
  /// - Throws: `Failure`.
  convenience init(_ program: String, _ arguments: [String] = [], prefix: [String] = []) throws {
    try self.init(command: prefix + ["/usr/bin/python3", "-c", Self.beginning + program] + arguments)
  }

  init(command: [String]) throws {
    let inputEnds = try Self.pipe()
    let outputEnds = try Self.pipe()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, inputEnds[0], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, outputEnds[1], STDOUT_FILENO)
    var pointers = command.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var pid: Int32 = 0
    let code = posix_spawnp(&pid, command[0], &actions, nil, &pointers, clinux_environment())
    close(inputEnds[0])
    close(outputEnds[1])
    guard code == 0 else { throw Failure(call: "posix_spawnp \(command[0])", code: code) }
    self.pid = pid
    input = inputEnds[1]
    output = outputEnds[0]
  }

  deinit {
    close(input)
    end()
    close(output)
  }

  private static func pipe() throws -> [Int32] {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw Failure(call: "pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return ends
  }

  /// The next line that it prints; nil at its end.
  func line() -> String? {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread.removeFirst(end + 1) }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      var chunk = [UInt8](repeating: 0, count: 4_096)
      let count = read(output, &chunk, chunk.count)
      guard count > 0 else { return nil }
      unread += chunk.prefix(count)
    }
  }

  /// The next line, as an address and a port.
  func endpoint() -> Endpoint? { line().flatMap(Endpoint.init) }

  /// Lets a `wait()` of the program return.
  func goOn() {
    _ = write(input, "\n", 1)
  }

  /// Kills it, and waits until it is gone.
  func end() {
    guard !isReaped else { return }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
    isReaped = true
  }
}
