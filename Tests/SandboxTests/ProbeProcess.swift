import CLinux
import Glibc

/// A run of `SandboxProbe`, by some caller.
///
/// What it starts is killed when the object goes.
final class ProbeProcess {
  let pid: Int32
  private var output: Int32
  private var notes: Int32
  private var unread: [UInt8] = []
  private var isReaped = false

  struct Result {
    /// Lines of standard output.
    var output: [String]
    /// Lines of standard error: the probe's notes, and the command's own.
    var notes: [String]
    var status: Int32

    /// The names of the processes that the command left behind, as the probe was told.
    var remaining: [String] {
      let words = notes.first { $0.hasPrefix("ended ") }?.split(separator: " ") ?? []
      return words.drop { $0 != "remaining" }.dropFirst().first?.split(separator: ",").map(String.init) ?? []
    }
  }

  /// Runs the probe to its end.
  static func run(
    _ caller: Caller, _ command: [String], options: [String] = [], wrapper: [String] = []
  ) throws -> Result {
    try ProbeProcess(caller, ["run"] + options + ["--"] + command, wrapper: wrapper).finish()
  }

  /// Runs a shell script in the sandbox.
  static func run(
    _ caller: Caller, script: String, options: [String] = [], wrapper: [String] = []
  ) throws -> Result {
    try run(caller, ["bash", "-c", script], options: options, wrapper: wrapper)
  }

  struct Failure: Error {
    var call: String
    var code: Int32
  }

  init(_ caller: Caller, _ arguments: [String], wrapper: [String] = []) throws {
    var outputEnds: [Int32] = [-1, -1]
    var noteEnds: [Int32] = [-1, -1]
    guard Self.pipe(&outputEnds), Self.pipe(&noteEnds) else {
      throw Failure(call: "pipe", code: errno)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, outputEnds[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, noteEnds[1], STDERR_FILENO)
    let line = caller.prefix + wrapper + [try ProbeBinary.shared.get().path] + arguments
    var pointers = line.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var pid: Int32 = 0
    let code = posix_spawnp(&pid, line[0], &actions, nil, &pointers, clinux_environment())
    close(outputEnds[1])
    close(noteEnds[1])
    guard code == 0 else { throw Failure(call: "posix_spawnp \(line[0])", code: code) }
    self.pid = pid
    output = outputEnds[0]
    notes = noteEnds[0]
  }

  deinit {
    if !isReaped {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    close(output)
    close(notes)
  }

  /// Reads notes until one begins so, and returns it; nil when the probe ends without.
  func note(beginning prefix: String) -> String? {
    while true {
      while let end = unread.firstIndex(of: 0x0a) {
        let line = String(decoding: unread[..<end], as: UTF8.self)
        unread.removeFirst(end + 1)
        if line.hasPrefix(prefix) { return line }
      }
      var chunk = [UInt8](repeating: 0, count: 4096)
      let count = read(notes, &chunk, chunk.count)
      guard count > 0 else { return nil }
      unread += chunk.prefix(count)
    }
  }

  /// Reads everything, and waits for the end.
  func finish() -> Result {
    var outputBytes: [UInt8] = []
    var noteBytes = unread
    var open = [output, notes]
    while !open.isEmpty {
      var sources = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&sources, nfds_t(sources.count), -1)
      for source in sources where source.revents != 0 {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = read(source.fd, &chunk, chunk.count)
        if count <= 0 { open.removeAll { $0 == source.fd } }
        if source.fd == output { outputBytes += chunk.prefix(max(0, count)) }
        if source.fd == notes { noteBytes += chunk.prefix(max(0, count)) }
      }
    }
    var word: Int32 = 0
    waitpid(pid, &word, 0)
    isReaped = true
    let status = word & 0x7f == 0 ? word >> 8 & 0xff : 128 + word & 0x7f
    return Result(output: lines(outputBytes), notes: lines(noteBytes), status: status)
  }

  private func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0x0a).map { line in
      String(decoding: line.last == 0x0d ? line.dropLast() : line, as: UTF8.self)
    }
  }

  private static func pipe(_ ends: inout [Int32]) -> Bool {
    guard Glibc.pipe(&ends) == 0 else { return false }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return true
  }
}
