import Glibc
package import LinuxSystem

/// Why rules could not be made, applied, read or removed.
package enum RulesError: Error, Hashable, Sendable {
  /// The plan makes no sense.
  case contradiction(String)
  /// There is no user of this name.
  case userUnknown(String)
  /// CAP_NET_ADMIN is missing.
  case notPermitted
  /// Neither this tool nor another that would do is installed.
  case toolMissing(tool: String, package: String)
  /// A tool ended with a failure; `message` is what it said first.
  case toolFailed(tool: String, status: Int32, message: String)
  case systemCall(SystemCallFailure)
  /// There is no such directory below cgroup v2's mount point.
  case cgroupMissing(path: String, mountPoint: String)
  /// No cgroup v2 hierarchy is mounted.
  case cgroupsMissing
  /// What the guard said, as it failed at what it was asked.
  case guardFailed(message: String, hint: String?)
  /// The guard ended before its time.
  case guardLost
  /// The guard did not answer within this time.
  case guardSilent(milliseconds: Int32)
}

extension RulesError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .contradiction(let reason): reason
    case .userUnknown(let name): "there is no user '\(name)'"
    case .notPermitted: "firewall rules need root, or CAP_NET_ADMIN"
    case .toolMissing(let tool, _): "`\(tool)` is not installed, or not in /usr/sbin, /sbin or PATH"
    case .toolFailed(let tool, let status, let message): "`\(tool)` ended with status \(status): \(message)"
    case .systemCall(let failure): "firewall rules: \(failure)"
    case .cgroupMissing(let path, let mountPoint): "there is no cgroup '\(path)' below '\(mountPoint)'"
    case .cgroupsMissing: "no cgroup v2 is mounted here"
    case .guardFailed(let message, _): message
    case .guardLost: "the process that guards the firewall rules has ended"
    case .guardSilent(let milliseconds):
      "the process that guards the firewall rules did not answer within \(milliseconds) ms"
    }
  }

  /// What to do about it; nil where that depends.
  package var hint: String? {
    switch self {
    case .notPermitted: "run it as root, with sudo for instance"
    case .toolMissing(_, let package): "sudo apt-get install \(package)"
    case .toolFailed(let tool, _, let message): Self.kernelHint(tool, message)
    case .cgroupMissing: "a cgroup must exist before it is selected; 'systemd-cgls' lists them"
    case .guardFailed(_, let hint): hint
    case .guardLost, .guardSilent: "'relay rules remove' removes what is left"
    case .contradiction, .userUnknown, .systemCall, .cgroupsMissing: nil
    }
  }

  /// The tools say no more than this where a part of the kernel is missing.
  private static func kernelHint(_ tool: String, _ message: String) -> String? {
    let signs = [
      "No such file", "not supported", "Couldn't load", "No chain/target/match", "Invalid argument",
    ]
    guard signs.contains(where: { message.contains($0) }) else { return nil }
    return tool == "nft"
      ? "sudo modprobe -a nf_tables nft_chain_nat nft_redir nft_fib_inet nft_reject_inet nft_socket"
      : "sudo modprobe -a xt_REDIRECT xt_REJECT xt_owner xt_mark xt_addrtype xt_comment xt_cgroup"
  }
}
