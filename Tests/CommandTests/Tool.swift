import Foundation

/// One of this package's programs, as it was built beside the tests.
struct Tool {
  var name: String
  /// Set, or with nil unset, on top of the tests' own environment.
  var environment: [String: String?] = [:]

  struct Result {
    var output: String
    var errors: String
    var status: Int32
  }

  init(_ name: String) {
    self.name = name
  }

  func run(
    _ arguments: [String], input: Data = Data(), directory: String? = nil, output: FileHandle? = nil
  ) throws -> Result {
    let process = Process()
    process.executableURL = Self.buildDirectory.appending(path: name)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    // The parser wraps its help to the terminal's width.
    for (name, value) in ["COLUMNS": nil, "NO_COLOR": nil].merging(environment, uniquingKeysWith: { $1 }) {
      variables[name] = value
    }
    process.environment = variables
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    let files = try TemporaryDirectory()
    try input.write(to: URL(filePath: files.path(of: "input")))
    // Files instead of pipes: a pipe would have to be emptied while the process runs.
    let outputFile = try output ?? files.create("output")
    let errorFile = try files.create("errors")
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: files.path(of: "input")))
    process.standardOutput = outputFile
    process.standardError = errorFile
    try process.run()
    process.waitUntilExit()
    return Result(
      output: output == nil ? try files.text(of: "output") : "", errors: try files.text(of: "errors"),
      status: process.terminationStatus)
  }

  private static var buildDirectory: URL {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: path).deletingLastPathComponent()
  }
}

/// A directory that goes, with everything in it, when it goes.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "wiretape-tests-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func path(of name: String) -> String { "\(path)/\(name)" }

  func create(_ name: String) throws -> FileHandle {
    try Data().write(to: URL(filePath: path(of: name)))
    return try FileHandle(forWritingTo: URL(filePath: path(of: name)))
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(filePath: path(of: name)))
  }

  func text(of name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path(of: name))), as: UTF8.self)
  }
}
