import Foundation

/// A world of `tools/world serve`, with the programs under test on its PATH.
///
/// It ends with this object, or with this process: its standard input then ends.
final class RunningWorld: Sendable {
  /// What could not be started, with what it printed.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let script: String
  private let program: Program
  /// Kept open: the world lasts while it is.
  private let input: FileHandle

  init(options: [String] = []) throws {
    script = Self.repository.appending(path: "tools/world").path
    let input = Pipe()
    let output = Pipe()
    for end in [input.fileHandleForWriting, output.fileHandleForReading] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    let streams = [input.fileHandleForReading, output.fileHandleForWriting, .standardError]
    let arguments = ["serve", "--bind", "\(Self.builtPrograms):built"] + options
    program = try Program(script, arguments, streams: streams.map(\.fileDescriptor))
    self.input = input.fileHandleForWriting
    try output.fileHandleForWriting.close()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard line.hasPrefix("ready ") else {
      throw Failure(description: "no world: \(script) printed '\(line)'")
    }
    let link = "ln -s /run/world/built/relay /run/world/built/replay /run/world/bin/"
    let linked = try enter(["sh", "-c", link], options: [], seconds: 60)
    guard linked.status == 0 else { throw Failure(description: "no programs in the world: \(linked)") }
  }

  deinit {
    // Another child may have inherited the input, so that its end is not enough.
    kill(program.id, SIGTERM)
    _ = program.wait()
  }

  /// Kills the process that all others in the world depend on.
  func killAtOnce() {
    kill(program.id, SIGKILL)
  }

  /// The top of the source tree.
  static var repository: URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
  }

  /// Where `swift build` put the programs: beside this test program.
  private static var builtPrograms: String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
  }

  /// Runs a command inside; one that takes longer ends with status 124, or 137.
  func enter(_ command: [String], options: [String], seconds: Int, input: String = "") throws -> Output {
    let bounded = ["timeout", "--kill-after=5", String(seconds)] + command
    return try Program.run(script, entering(bounded, options: options), input: input)
  }

  /// Starts a command inside and returns at once; its standard streams are those of `/dev/null`.
  func start(_ command: [String], options: [String]) throws -> Program {
    let null = try FileHandle(forUpdating: URL(filePath: "/dev/null"))
    defer { try? null.close() }
    let streams = [Int32](repeating: null.fileDescriptor, count: 3)
    return try Program(script, entering(command, options: options), streams: streams)
  }

  private func entering(_ command: [String], options: [String]) -> [String] {
    ["enter", String(program.id), "--directory", "/run/world/home"] + options + ["--"] + command
  }
}
