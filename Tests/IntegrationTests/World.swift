import Foundation
import Testing

/// The embedded world of `tools/world`, with the programs under test on its PATH.
///
/// One world serves all suites. It ends when this process does, since its standard input then ends.
struct World {
  /// What could not be started, with what it printed.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private static let started = Result { try World() }

  private let script: String
  private let id: Int32

  /// Starts the world at the first call.
  static func shared() throws -> World {
    try started.get()
  }

  private init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    script = root.appending(path: "tools/world").path
    let input = Pipe()
    let output = Pipe()
    for end in [input.fileHandleForWriting, output.fileHandleForReading] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    let streams = [input.fileHandleForReading, output.fileHandleForWriting, .standardError]
    let arguments = ["serve", "--bind", "\(Self.builtPrograms):built"]
    id = try Program(script, arguments, streams: streams.map(\.fileDescriptor)).id
    try output.fileHandleForWriting.close()
    // The world lasts while the other end of its standard input is open, so that is never closed.
    _ = Unmanaged.passRetained(input)
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard line.hasPrefix("ready ") else {
      throw Failure(description: "no world: \(script) printed '\(line)'")
    }
    let link = "ln -s /run/world/built/relay /run/world/built/replay /run/world/bin/"
    let linked = try shell(link, as: .root)
    guard linked.status == 0 else { throw Failure(description: "no programs in the world: \(linked)") }
  }

  /// Where `swift build` put the programs: beside this test program.
  private static var builtPrograms: String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
  }

  /// Runs a command inside; one that takes longer ends with status 124, or 137.
  func enter(_ command: [String], as user: User, seconds: Int = 60, input: String = "") throws -> Output {
    let bounded = ["timeout", "--kill-after=5", String(seconds)] + command
    let place = ["--uid", String(user.rawValue), "--directory", "/run/world/home"]
    return try Program.run(script, ["enter", String(id)] + place + ["--"] + bounded, input: input)
  }

  /// Runs a shell script inside.
  func shell(_ script: String, as user: User = .ordinary, seconds: Int = 60) throws -> Output {
    try enter(["bash", "-c", script], as: user, seconds: seconds)
  }
}

/// Who runs a command in the world: its user id.
enum User: UInt32, CaseIterable, CustomTestStringConvertible {
  case ordinary = 1000
  case root = 0

  var testDescription: String {
    self == .root ? "as root" : "as an ordinary user"
  }
}
