/// The inner half of the sandbox: a process of its own, which makes the namespaces and supervises the command.
public enum SandboxLauncher {
  /// The first argument of a launcher.
  public static let argument = "__sandbox"

  /// Turns this process into a launcher, and never returns, if it was started as one.
  ///
  /// Call it first in `main`:
  /// unshare(2) wants a process with a single thread.
  public static func runIfRequested() {}
}
