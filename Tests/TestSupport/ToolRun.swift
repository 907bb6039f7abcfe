import Foundation

/// A program of the system that ran to its end.
public struct ToolRun: Sendable {
  public var status: Int32
  public var output: [UInt8]
  public var errors: String

  public var text: String { String(decoding: output, as: UTF8.self) }
  public var lines: [Substring] { text.split(separator: "\n") }

  /// Runs a program, found by PATH, with nothing on its standard input.
  public init(_ arguments: [String]) throws {
    let process = Process()
    let output = Pipe()
    let errorFile = try TemporaryDirectory()
    let errorPath = try errorFile.write([], to: "errors")
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: errorPath)
    try process.run()
    self.output = [UInt8](try output.fileHandleForReading.readToEnd() ?? Data())
    process.waitUntilExit()
    status = process.terminationStatus
    errors = String(decoding: try errorFile.read("errors"), as: UTF8.self)
  }
}
