import Glibc

/// Looks a command up as execvp(3) will, so that what cannot be started is told of before anything else happens.
public enum CommandSearch {
  /// Throws ``SandboxError/commandNotStarted(command:errno:)`` where it is sure that the command cannot be executed.
  public static func check(_ command: [UInt8]) throws(SandboxError) {
    // A name that is no UTF-8 is left to execvp itself, and so is its default PATH.
    guard let name = String(validating: command, as: UTF8.self), let path = getenv("PATH") else { return }
    var code = ENOENT
    for candidate in candidates(for: name, path: String(cString: path)) {
      if access(candidate, X_OK) == 0 { return }
      // Like execvp: a file that may not be executed counts more than a directory that lacks it.
      if code == ENOENT || errno == EACCES { code = errno }
    }
    throw .commandNotStarted(command: name, errno: code == ENOTDIR ? ENOENT : code)
  }

  private static func candidates(for name: String, path: String) -> [String] {
    if name.contains("/") { return [name] }
    return path.split(separator: ":", omittingEmptySubsequences: false).map {
      $0.isEmpty ? name : "\($0)/\(name)"
    }
  }
}
