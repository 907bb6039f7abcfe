import CLinux
import Glibc

/// A run of one of the system's programs, which reads its orders from standard input.
struct SystemTool {
  private let name: String
  private let stage: SandboxStage
  private let pid: Int32
  private let output: Int32

  /// Starts the program with all of this process's capabilities.
  ///
  /// Only for a process with a single thread.
  static func start(
    _ path: String, _ arguments: [String], input: String, stage: SandboxStage
  ) throws(SandboxError) -> SystemTool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    // Memory files and not pipes: neither side ever waits for the other.
    guard let inputFile = SystemFiles.memoryFile(named: "sandbox-input", Array(input.utf8)) else {
      throw .systemCall(name: "memfd_create", stage: stage, errno: errno)
    }
    defer { close(inputFile) }
    guard let outputFile = SystemFiles.memoryFile(named: "sandbox-output") else {
      throw .systemCall(name: "memfd_create", stage: stage, errno: errno)
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
      let code = errno
      close(outputFile)
      throw .systemCall(name: "fork", stage: stage, errno: code)
    }
    return SystemTool(name: name, stage: stage, pid: pid, output: outputFile)
  }

  /// Waits for the end, which must be a good one.
  func finish() throws(SandboxError) {
    defer { close(output) }
    var word: Int32 = 0
    while waitpid(pid, &word, 0) < 0, errno == EINTR {}
    let status = WaitStatus(word: word).exitStatus
    guard status != 0 else { return }
    lseek(output, 0, SEEK_SET)
    let message = String(decoding: (SystemFiles.contents(of: output) ?? []).prefix(1000), as: UTF8.self)
    let firstLine = message.split(separator: "\n").first.map(String.init) ?? ""
    throw .toolFailed(tool: name, stage: stage, status: status, message: firstLine)
  }
}
