import Foundation
import Testing

/// One finished `relay run`, and the recording that it left in a folder of its own.
struct Recorded {
  let world: World
  let user: User
  let folder = "/run/world/home/\(UUID().uuidString)"
  /// Of the relay, which has the command's output and status.
  let output: Output

  /// Runs `relay run -q -w r.pcap OPTIONS -- COMMAND` in a new folder.
  init(_ command: [String], options: [String] = [], as user: User = .ordinary, seconds: Int = 60) throws {
    world = try World.shared()
    self.user = user
    let enterFolder = ["bash", "-c", "mkdir \(folder) && cd \(folder) && exec \"$@\"", "bash"]
    let relay = ["relay", "run", "-q", "-w", "r.pcap"] + options + ["--"]
    output = try world.enter(enterFolder + relay + command, as: user, seconds: seconds)
  }

  /// The same for a shell script as the command.
  init(script: String, options: [String] = [], as user: User = .ordinary, seconds: Int = 60) throws {
    try self.init(["bash", "-c", script], options: options, as: user, seconds: seconds)
  }

  /// Runs a shell script in the recording's folder.
  func shell(_ script: String) throws -> Output {
    try world.shell("cd \(folder) && \(script)", as: user)
  }

  /// Has tshark read the recording; fails where it cannot.
  func tshark(_ arguments: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
    let output = try shell("tshark -n -r r.pcap \(arguments)")
    try #require(output.status == 0, "tshark: \(output)", sourceLocation: sourceLocation)
    return output
  }

  /// What `replay exchanges` says, a dictionary a line.
  func exchanges(sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSON] {
    try lines(of: "replay exchanges r.pcap", sourceLocation: sourceLocation)
  }

  func events(sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSON] {
    try lines(of: "replay events r.pcap", sourceLocation: sourceLocation)
  }

  private func lines(of command: String, sourceLocation: SourceLocation) throws -> [JSON] {
    let output = try shell(command)
    try #require(output.status == 0, "\(command): \(output)", sourceLocation: sourceLocation)
    return try output.lines.map { try JSON(parsing: $0) }
  }
}
