import Foundation
import Testing

/// An application host beside the servers of the embedded world, as `tools/world serve --host` makes it.
///
/// Each has firewall rules, files and ports of its own, so every test may make one and change it at will.
/// It ends with its last copy. Needs root, since ordinary users cannot be told apart in it; see `isPossible`.
struct HostWorld {
  /// Who runs a command on the host: a user id.
  enum Account: UInt32 {
    case root = 0
    case alice = 1000
    case bob = 1001
    /// The account that the service runs as.
    case wiretape = 990
  }

  /// For `.enabled(if:)` of suites.
  static var isPossible: Bool { geteuid() == 0 }

  private let running: RunningWorld

  init() throws {
    running = try RunningWorld(options: ["--host"])
  }

  /// Runs a command on the host; one that takes longer ends with status 124, or 137.
  func enter(_ command: [String], as account: Account, seconds: Int = 60, input: String = "") throws -> Output
  {
    try running.enter(command, options: place(of: account), seconds: seconds, input: input)
  }

  /// Runs a shell script on the host.
  func shell(_ script: String, as account: Account = .root, seconds: Int = 60) throws -> Output {
    try enter(["bash", "-c", script], as: account, seconds: seconds)
  }

  /// Runs a shell script, as root, where the servers are.
  func shellOnServers(_ script: String, seconds: Int = 60) throws -> Output {
    try running.enter(["bash", "-c", script], options: ["--servers"], seconds: seconds)
  }

  /// Starts a command on the host and returns at once; what it prints is lost.
  func start(_ command: [String], as account: Account) throws -> Program {
    try running.start(command, options: place(of: account))
  }

  /// Runs a shell script on the host that changes it, and fails where the script does.
  func setUp(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let output = try shell("set -e\n\(script)")
    try #require(output.status == 0, "\(script): \(output)", sourceLocation: sourceLocation)
  }

  private func place(of account: Account) -> [String] {
    ["--uid", String(account.rawValue)]
  }
}
