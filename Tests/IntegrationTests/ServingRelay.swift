import Foundation
import Testing

/// A `relay serve` as root on the application host, and the folder of what it writes.
///
/// Its CA is the world's own, which all clients on the host trust. It is killed with this object at the latest.
final class ServingRelay {
  let host: HostWorld
  let folder = "/run/world/home/\(UUID().uuidString)"
  /// Its process id on the host.
  let id: Int32
  private let program: Program
  private var isRunning = true

  /// Runs `relay serve -w recordings OPTIONS` in a new folder, and waits until it is ready.
  ///
  /// `environment` is words of the form `NAME=VALUE`; `preparation` is a shell script that root runs in the
  /// folder first.
  init(
    on host: HostWorld, _ options: [String] = ["--nameserver", "203.0.113.53"], environment: [String] = [],
    isRecording: Bool = true, hasOwnAuthority: Bool = true, preparation: String = ":",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    self.host = host
    try host.setUp(
      """
      mkdir -m 755 \(folder) && cd \(folder)
      install -d -o wiretape -g wiretape -m 700 recordings
      install -m 600 /run/world/certificates/authority.key ca.key
      install -m 644 /run/world/certificates/authority.pem ca.pem
      \(preparation)
      """, sourceLocation: sourceLocation)
    let script = "cd \(folder) && echo $$ >pid && exec env \"$@\" 2>log >&2"
    let authority =
      hasOwnAuthority ? ["--ca-cert", "\(folder)/ca.pem", "--ca-key", "\(folder)/ca.key"] : []
    let recording = isRecording ? ["--write", "\(folder)/recordings"] : []
    let relay = environment + ["relay", "serve"] + authority + recording + options
    program = try host.start(["bash", "-c", script, "bash"] + relay, as: .root)
    let started = try host.shell("cd \(folder) && \(Self.awaitReadiness)")
    guard started.status == 0, let id = Int32(started.stdout.trimmingCharacters(in: .newlines)) else {
      Self.kill(in: folder, on: host)
      _ = program.wait()
      let log = try host.shell("cat \(folder)/log")
      throw RunningWorld.Failure(description: "relay serve is not ready: \(started)\nits log:\n\(log.stdout)")
    }
    self.id = id
  }

  deinit {
    guard isRunning else { return }
    Self.kill(in: folder, on: host)
    _ = program.wait()
  }

  /// Prints the process id once the log says that the relay is ready; status 1 if it ends before, or does
  /// not get there in time.
  private static let awaitReadiness = """
    for i in $(seq 300); do
      if grep -qsw ready log; then cat pid; exit; fi
      [ ! -s pid ] || kill -0 $(<pid) || exit 1
      sleep 0.1
    done
    exit 1
    """

  private static func kill(in folder: String, on host: HostWorld) {
    _ = try? host.shell("kill -KILL $(<\(folder)/pid)")
  }

  /// Sends SIGTERM, waits for the end, for up to ten seconds, and returns the exit status and the log.
  @discardableResult
  func stop() throws -> Output {
    try end(
      by:
        "kill -TERM \(id); for i in $(seq 100); do kill -0 \(id) 2>&- || exit 0; sleep 0.1; done; kill -KILL \(id)"
    )
  }

  /// Runs a shell script that ends the relay, then waits for that.
  func end(by script: String) throws -> Output {
    _ = try host.shell(script)
    // A relay that does not end shall fail its test, not hold it up.
    _ = try host.shell(
      "for i in $(seq 150); do kill -0 \(id) 2>&- || exit 0; sleep 0.1; done; kill -KILL \(id)")
    isRunning = false
    let status = program.wait()
    return Output(status: status, stdout: "", stderr: try log())
  }

  /// Everything that it has logged so far.
  func log() throws -> String {
    try host.shell("cat \(folder)/log").stdout
  }

  /// How many files and sockets it has open.
  func openDescriptors() throws -> Int {
    try number(from: "ls /proc/\(id)/fd | wc -l")
  }

  /// Its resident memory.
  func residentKiB() throws -> Int {
    try number(from: "awk '/^VmRSS/ { print $2 }' /proc/\(id)/status")
  }

  /// What `replay exchanges` says of all recordings, oldest first, a dictionary a line.
  func exchanges(sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSON] {
    let script = "cd \(folder)/recordings && for file in *.pcap; do replay exchanges $file || exit; done"
    let output = try host.shell(script)
    try #require(output.status == 0, "replay exchanges: \(output)", sourceLocation: sourceLocation)
    return try output.lines.map { try JSON(parsing: $0) }
  }

  /// What `replay list` says of all recordings, oldest first, a dictionary a line.
  func sessions(sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSON] {
    let output = try host.shell(
      "cd \(folder)/recordings && for file in *.pcap; do replay list --json $file; done")
    return try output.lines.map { try JSON(parsing: $0) }
  }

  /// Has tshark read all recordings; fails where it cannot.
  func tshark(_ arguments: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
    let read = "for file in *.pcap; do tshark -n -r $file \(arguments) || exit; done"
    let output = try host.shell("cd \(folder)/recordings && \(read)")
    try #require(output.status == 0, "tshark: \(output)", sourceLocation: sourceLocation)
    return output
  }

  private func number(from script: String) throws -> Int {
    let output = try host.shell(script)
    return try #require(Int(output.stdout.trimmingCharacters(in: .whitespacesAndNewlines)), "\(output)")
  }
}
