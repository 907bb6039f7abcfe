import CLinux
import Glibc

/// A run of one of the system's programs, which gets its orders as arguments and on standard input.
package struct SystemTool {
  private let pid: Int32
  private let output: Int32

  /// How a program ended, and the first of what it printed.
  package struct Outcome: Hashable, Sendable {
    package var status: WaitStatus
    /// The beginning of standard output and error, in the order of writing.
    package var output: String
  }

  /// Starts the program at `path` with all of this process's capabilities.
  ///
  /// Only for a process with a single thread. The program is killed when this process ends.
  package static func start(
    _ path: String, _ arguments: [String], input: String = ""
  ) throws(SystemCallFailure) -> SystemTool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    // Memory files and not pipes: neither side ever waits for the other.
    guard let inputFile = SystemFiles.memoryFile(named: "tool-input", Array(input.utf8)) else {
      throw SystemCallFailure("memfd_create")
    }
    defer { close(inputFile) }
    guard let outputFile = SystemFiles.memoryFile(named: "tool-output") else {
      throw SystemCallFailure("memfd_create")
    }
    let argumentStrings = CStrings(([name] + arguments).map { Array($0.utf8) })
    let environment = CStrings([Array("PATH=/usr/sbin:/usr/bin:/sbin:/bin".utf8), Array("LC_ALL=C".utf8)])
    let pid = clinux_fork()
    guard pid != 0 else {
      dup2(inputFile, STDIN_FILENO)
      dup2(outputFile, STDOUT_FILENO)
      dup2(outputFile, STDERR_FILENO)
      clinux_set_parent_death_signal(SIGKILL)
      // An ordinary user's capabilities end at an exec unless they are ambient.
      clinux_make_capabilities_ambient()
      clinux_execvpe(path, argumentStrings.pointers, environment.pointers)
      _exit(127)
    }
    guard pid > 0 else {
      let failure = SystemCallFailure("fork")
      close(outputFile)
      throw failure
    }
    return SystemTool(pid: pid, output: outputFile)
  }

  /// Waits for the end; so many bytes of the output are read, by default 64 KiB.
  package func finish(outputLimit: Int = 64 << 10) -> Outcome {
    defer { close(output) }
    var word: Int32 = 0
    while waitpid(pid, &word, 0) < 0, errno == EINTR {}
    lseek(output, 0, SEEK_SET)
    let text = String(decoding: (SystemFiles.contents(of: output) ?? []).prefix(outputLimit), as: UTF8.self)
    return Outcome(status: WaitStatus(word: word), output: text)
  }
}
