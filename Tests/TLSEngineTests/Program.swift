import Foundation
import Testing

/// A program that runs beside the test; it is ended with it.
final class Program {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(_ arguments: [String], in directory: URL? = nil) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
  }

  deinit {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
  }

  /// Writes to its standard input, and closes that.
  func finishInput(_ text: String = "") throws {
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
  }

  /// Everything that it still prints, and its exit status.
  func end() throws -> (status: Int32, output: String) {
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }

  /// Reads output until `pattern` stands in it, and returns what the pattern's group matched.
  func find(_ pattern: Regex<(Substring, Substring)>) throws -> String {
    var text = ""
    while true {
      let bytes = output.fileHandleForReading.availableData
      try #require(!bytes.isEmpty, "the program ended with: \(text)")
      text += String(decoding: bytes, as: UTF8.self)
      if let match = try pattern.firstMatch(in: text) { return String(match.1) }
    }
  }
}

/// Runs a program to its end.
func run(_ arguments: [String], in directory: URL? = nil) throws -> (status: Int32, output: String) {
  let program = try Program(arguments, in: directory)
  try program.finishInput()
  return try program.end()
}
