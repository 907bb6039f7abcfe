import Glibc

/// Where the system's programs are looked for.
public struct ToolSearch: Hashable, Sendable {
  /// In order of preference.
  public var directories: [String]

  /// The system's own directories come first, which an ordinary user's PATH often lacks, and which no caller of
  /// a privileged relay can plant a program in; then PATH.
  public init() {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    self.init(
      directories: ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin"]
        + path.split(separator: ":").map(String.init))
  }

  public init(directories: [String]) {
    self.directories = directories
  }

  /// The path of an executable regular file, or nil.
  public func path(of tool: String) -> String? {
    directories.lazy.map { "\($0)/\(tool)" }.first(where: Self.isExecutableFile)
  }

  private static func isExecutableFile(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
