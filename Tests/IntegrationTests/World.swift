import Foundation
import Testing

/// The embedded world of `tools/world`, where `relay run` needs nothing else.
///
/// One world serves all suites that do not change it.
struct World {
  private static let started = Result { World(running: try RunningWorld()) }

  private let running: RunningWorld

  /// Starts the world at the first call.
  static func shared() throws -> World {
    try started.get()
  }

  /// Runs a command inside; one that takes longer ends with status 124, or 137.
  func enter(_ command: [String], as user: User, seconds: Int = 60, input: String = "") throws -> Output {
    try running.enter(
      command, options: ["--uid", String(user.rawValue)], seconds: seconds, input: input)
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
