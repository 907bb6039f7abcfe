import Foundation

/// What a finished program left: its exit status and all that it printed.
struct Output: Hashable, CustomStringConvertible {
  /// 128 + n after signal n, as shells count.
  var status: Int32
  var stdout: String
  var stderr: String

  var lines: [String] {
    stdout.split(separator: "\n").map(String.init)
  }

  /// Everything, for the message of a failed expectation.
  var description: String {
    "exit status \(status)\n-- standard output:\n\(stdout.prefix(4000))\n-- standard error:\n\(stderr.prefix(4000))"
  }
}

/// Runs a program to its end; what it prints goes through files, so that no pipe can fill up.
func run(program: String, _ arguments: [String], input: String = "") throws -> Output {
  let folder = FileManager.default.temporaryDirectory
  let names = ["in", "out", "err"].map { folder.appending(path: "wiretape-\(UUID().uuidString).\($0)") }
  defer { for name in names { try? FileManager.default.removeItem(at: name) } }
  try Data(input.utf8).write(to: names[0])
  for name in names.dropFirst() { try Data().write(to: name) }

  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  process.standardInput = try FileHandle(forReadingFrom: names[0])
  process.standardOutput = try FileHandle(forWritingTo: names[1])
  process.standardError = try FileHandle(forWritingTo: names[2])
  try process.run()
  process.waitUntilExit()
  return Output(
    status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
    stdout: String(decoding: try Data(contentsOf: names[1]), as: UTF8.self),
    stderr: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self))
}
