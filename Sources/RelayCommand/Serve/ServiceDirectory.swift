import CommandSupport
import Glibc
import LinuxSystem
import Settings

/// Makes the recording directory the service user's, while there are the rights to do so.
enum ServiceDirectory {
  /// Creates the directory, mode 0700, if only it is missing; takes an empty one over from root, as one made for this;
  /// leaves any other as it is.
  static func prepare(_ path: String, for account: ServiceAccount?) throws(CommandFailure) {
    guard let account else { return }
    if mkdir(path, 0o700) == 0 {
      try give(path, to: account)
      return
    }
    guard errno == EEXIST else {
      throw CommandFailure(
        "cannot create directory '\(path)': \(String(cString: strerror(errno)))",
        hint: "check that its parent exists, or name another with --write")
    }
    var facts = stat()
    guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == 0,
      SystemFiles.names(in: path).isEmpty
    else { return }
    try give(path, to: account)
  }

  /// What must be writable for recordings in `path`: its parent where the caller may write there, so that a directory
  /// that vanished can be made again.
  static func writablePath(for path: String) -> String {
    let parent = parent(of: path)
    return access(parent, W_OK) == 0 ? parent : path
  }

  /// The directory that an absolute path's last name is in.
  static func parent(of path: String) -> String {
    "/" + path.split(separator: "/").dropLast().joined(separator: "/")
  }

  /// What is opened is what is given away: nothing that somebody puts in its place, or links there.
  private static func give(_ path: String, to account: ServiceAccount) throws(CommandFailure) {
    let directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    defer { if directory >= 0 { close(directory) } }
    guard directory >= 0, fchown(directory, account.user, account.group) == 0 else {
      throw CommandFailure(
        "cannot give directory '\(path)' to user '\(account.name)': \(String(cString: strerror(errno)))")
    }
  }
}
