import LinuxSystem

/// A run of one of the system's programs for a stage of making the sandbox.
struct SandboxTool {
  private let name: String
  private let stage: SandboxStage
  private let tool: SystemTool

  /// Starts the program with all of this process's capabilities.
  ///
  /// Only for a process with a single thread.
  static func start(
    _ path: String, _ arguments: [String], input: String, stage: SandboxStage
  ) throws(SandboxError) -> SandboxTool {
    do throws(SystemCallFailure) {
      let tool = try SystemTool.start(path, arguments, input: input)
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return SandboxTool(name: name, stage: stage, tool: tool)
    } catch {
      throw .systemCall(name: error.call, stage: stage, errno: error.code)
    }
  }

  /// Waits for the end, which must be a good one.
  func finish() throws(SandboxError) {
    let outcome = tool.finish()
    let status = outcome.status.exitStatus
    guard status != 0 else { return }
    let firstLine = outcome.output.split(separator: "\n").first.map(String.init) ?? ""
    throw .toolFailed(tool: name, stage: stage, status: status, message: String(firstLine.prefix(1000)))
  }
}
