import Foundation
import TestSupport

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
    let inputPath = try files.write([UInt8](input), to: "input")
    // Files instead of pipes: a pipe would have to be emptied while the process runs.
    let outputPath = try files.write([], to: "output")
    let errorPath = try files.write([], to: "errors")
    process.standardInput = FileHandle(forReadingAtPath: inputPath)
    process.standardOutput = output ?? FileHandle(forWritingAtPath: outputPath)
    process.standardError = FileHandle(forWritingAtPath: errorPath)
    try process.run()
    process.waitUntilExit()
    return Result(
      output: String(decoding: try files.read("output"), as: UTF8.self),
      errors: String(decoding: try files.read("errors"), as: UTF8.self),
      status: process.terminationStatus)
  }

  static func path(_ name: String) -> String { buildDirectory.appending(path: name).path }

  private static var buildDirectory: URL {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: path).deletingLastPathComponent()
  }
}
