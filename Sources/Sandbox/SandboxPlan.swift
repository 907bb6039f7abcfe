public import LinuxSystem

/// Everything that a sandbox is made from: the command, what it may see, and where it appears to come from.
public struct SandboxPlan: Sendable {
  /// The command and its arguments, as the bytes that the caller gave; the first is looked up in PATH.
  public var command: [[UInt8]]
  /// Changes to the caller's environment; a nil value removes the variable.
  public var environment: [String: String?] = [:]
  /// Files that the command sees with other contents, read-only; the real ones are not touched.
  public var files: [ReplacedFile] = []
  /// Unix sockets that refuse connections inside; those that do not exist are skipped.
  public var hiddenPaths: [String] = SandboxPlan.resolverShortcuts
  /// Where the command's connections appear to come from, and which IPv6 destinations have a route.
  public var addresses = HostAddresses()
  /// TCP ports of 127.0.0.0/8 and ::1 that go to the relay instead of staying inside; 53 always does.
  public var hostLoopbackPorts: Set<UInt16> = []
  /// Signals that the caller ignores and the command therefore shall (as under nohup).
  public var ignoredSignals: Set<Int32> = []
  /// The soft limit of open files for the command, where the relay has raised its own.
  public var openFileLimit: UInt64?
  /// The program whose `main` begins with `SandboxLauncher.runIfRequested()`.
  public var launcherPath = "/proc/self/exe"
  /// Where `ip` and `nft` are looked for.
  public var tools = ToolSearch()

  /// What lets a program resolve names without DNS: systemd-resolved's and nscd's sockets.
  public static let resolverShortcuts = [
    "/run/systemd/resolve/io.systemd.Resolve", "/run/nscd/socket", "/var/run/nscd/socket",
  ]

  public init(command: [[UInt8]]) {
    self.command = command
  }

  public init(command: [String]) {
    self.command = command.map { Array($0.utf8) }
  }
}

/// A file that the command sees with other contents.
public struct ReplacedFile: Hashable, Sendable {
  /// Symbolic links are followed: what they lead to is replaced, under all its names.
  public var path: String
  public var contents: [UInt8]
  /// Whether a missing file ends the start with `SandboxError.fileMissing`; else it is skipped.
  public var isRequired: Bool

  public init(path: String, contents: [UInt8], isRequired: Bool = true) {
    self.path = path
    self.contents = contents
    self.isRequired = isRequired
  }
}
