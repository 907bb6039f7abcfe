import Glibc
import LinuxSystem

/// Runs of the tools that read and set firewall rules.
enum FirewallTool {
  /// As much as is read of what a tool prints: other people's rules may be thousands.
  private static let outputLimit = 4 << 20

  /// The outcome, good or bad.
  static func outcome(
    _ path: String, _ arguments: [String], input: String = ""
  ) throws(RulesError) -> SystemTool.Outcome {
    guard access(path, X_OK) == 0 else {
      let backend = path.hasSuffix("nft") ? RulesBackend.nft : .iptables
      throw .toolMissing(tool: name(of: path), package: backend.package)
    }
    do throws(SystemCallFailure) {
      return try SystemTool.start(path, arguments, input: input).finish(outputLimit: outputLimit)
    } catch {
      throw .systemCall(error)
    }
  }

  /// What the tool printed, if it ended well.
  @discardableResult
  static func run(
    _ path: String, _ arguments: [String], input: String = ""
  ) throws(RulesError) -> String {
    let outcome = try outcome(path, arguments, input: input)
    guard outcome.status == .exited(0) else { throw failure(of: path, outcome) }
    return outcome.output
  }

  /// A capability in a user namespace that does not own the network is none here.
  static func failure(of path: String, _ outcome: SystemTool.Outcome) -> RulesError {
    let reason = reason(in: outcome.output)
    guard !reason.contains("Operation not permitted"), !reason.contains("you must be root") else {
      return .notPermitted
    }
    return .toolFailed(tool: name(of: path), status: outcome.status.exitStatus, message: reason)
  }

  private static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The line that says what is wrong, and where one only announces it, the next as well.
  ///
  /// Lines that begin with `#` are iptables' warnings about others.
  static func reason(in output: String) -> String {
    let lines = output.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      String(line.drop { $0 == " " }.prefix(400))
    }
    guard var reason = lines.first else { return "it gave no reason" }
    while reason.last == " " { reason.removeLast() }
    guard reason.hasSuffix(":"), lines.count > 1 else { return reason }
    return "\(reason) \(lines[1])"
  }

  /// Throws without CAP_NET_ADMIN.
  static func checkPrivilege() throws(RulesError) {
    guard Capabilities.effective & Capabilities.mask([.netAdmin]) != 0 else { throw .notPermitted }
  }
}
