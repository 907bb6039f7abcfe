import Glibc

extension SandboxError: CustomStringConvertible {
  /// What failed, and where.
  public var description: String {
    switch self {
    case .userNamespacesForbidden(let code, _):
      "user namespaces are forbidden here: unshare: \(Self.text(code))"
    case .toolMissing(let tool, _):
      "`\(tool)` is not installed, or not in /usr/sbin, /sbin or PATH"
    case .toolFailed(let tool, let stage, let status, let message):
      "cannot set up \(stage.text): `\(tool)` ended with status \(status): \(message)"
    case .systemCall(let name, let stage, let code):
      "cannot set up \(stage.text): \(name): \(Self.text(code))"
    case .fileMissing(let path, let code):
      "cannot replace '\(path)' for the command: \(Self.text(code))"
    case .launcherLost(let stage):
      "the sandbox's launcher ended while it set up \(stage.text)"
    case .commandNotStarted(let command, let code):
      "cannot start '\(command)': \(code == ENOENT ? "command not found" : Self.text(code))"
    }
  }

  /// The one thing to do about it; nil where that depends.
  public var hint: String? {
    switch self {
    case .userNamespacesForbidden(_, let ban): ban.fix
    case .toolMissing(_, let package): "sudo apt-get install \(package)"
    case .toolFailed("nft", _, _, _): "sudo modprobe -a nf_tables nft_chain_nat nft_redir"
    case .systemCall(_, .nat, _): "sudo modprobe -a nf_tables nft_chain_nat nft_redir"
    case .systemCall(_, _, EMFILE): "ulimit -n 65536"
    case .systemCall(_, .files, EPERM), .systemCall(_, .files, EACCES): UserNamespaceBan.filter.fix
    case .toolFailed, .systemCall, .fileMissing, .launcherLost, .commandNotStarted: nil
    }
  }

  /// As `env` and shells end: 127 when the command is not found, 126 when it cannot be executed, and 125 for all
  /// that is not the command's fault.
  public var exitStatus: Int32 {
    switch self {
    case .commandNotStarted(_, ENOENT): 127
    case .commandNotStarted: 126
    case .userNamespacesForbidden, .toolMissing, .toolFailed, .systemCall, .fileMissing, .launcherLost: 125
    }
  }

  private static func text(_ code: Int32) -> String {
    String(cString: strerror(code))
  }
}

extension SandboxStage {
  fileprivate var text: String {
    switch self {
    case .spawn: "the sandbox"
    case .namespaces: "the namespaces"
    case .network: "the network"
    case .sockets: "the sockets"
    case .files: "the private files"
    case .nat: "the redirection"
    case .command: "the command"
    }
  }
}
