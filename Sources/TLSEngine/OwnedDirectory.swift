import Glibc

/// A directory that is one user's alone, held open: what was checked is what is used.
///
/// Every file in it is opened by its name relative to the open directory, without following symbolic links, and is
/// checked on the open descriptor.
struct OwnedDirectory: ~Copyable {
  static let mode: mode_t = 0o700

  let path: String
  /// The user who must own the directory and the files in it.
  let owner: uid_t
  private let descriptor: Int32

  deinit {
    // The lock ends with it.
    close(descriptor)
  }

  /// Opens and checks an existing directory.
  static func open(_ path: String, owner: uid_t) throws(TLSFailure) -> OwnedDirectory {
    let directory = try openUnchecked(path, owner: owner)
    try directory.check()
    return directory
  }

  /// Makes the directory, and the ones above it that are missing (mode 0755), where it is not there.
  ///
  /// An empty directory of the caller's own is handed over to the owner, which is also what an earlier attempt that was
  /// killed may have left.
  static func openOrCreate(_ path: String, owner: uid_t) throws(TLSFailure) -> OwnedDirectory {
    try createParents(of: path)
    if mkdir(path, mode) != 0, errno != EEXIST { throw SystemError.failure("mkdir", path: path) }
    let directory = try openUnchecked(path, owner: owner)
    if try directory.isEmptyAndCallersOwn() { try directory.handOver(directory.descriptor, path, mode: mode) }
    try directory.check()
    return directory
  }

  private static func openUnchecked(_ path: String, owner: uid_t) throws(TLSFailure) -> OwnedDirectory {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      var facts = stat()
      guard code == ENOTDIR || code == ELOOP, lstat(path, &facts) == 0 else {
        throw SystemError.failure("open", path: path, code: code)
      }
      throw .authority(
        facts.st_mode & S_IFMT == S_IFLNK ? .symbolicLink(path: path) : .notDirectory(path: path))
    }
    return OwnedDirectory(path: path, owner: owner, descriptor: descriptor)
  }

  private static func createParents(of path: String) throws(TLSFailure) {
    var parents: [String] = []
    var parent = path[...]
    while let slash = parent.lastIndex(of: "/"), slash != parent.startIndex {
      parent = parent[..<slash]
      if access(String(parent), F_OK) == 0 { break }
      parents.append(String(parent))
    }
    for parent in parents.reversed() {
      if mkdir(parent, 0o755) == 0 {
        try openToAll(parent)
      } else if errno != EEXIST {
        throw SystemError.failure("mkdir", path: parent)
      }
    }
  }

  /// Mode 0755 whatever the umask, since the owner has to get to the directory inside; nothing that somebody may have
  /// put in the new directory's place meanwhile is touched.
  private static func openToAll(_ path: String) throws(TLSFailure) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError.failure("open", path: path) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_uid == geteuid(), fchmod(descriptor, 0o755) == 0 else {
      throw SystemError.failure("fchmod", path: path)
    }
  }

  private func check() throws(TLSFailure) {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemError.failure("fstat", path: path) }
    try FileOwnership(maximumMode: Self.mode, owners: [owner]).check(facts, path)
  }

  private func isEmptyAndCallersOwn() throws(TLSFailure) -> Bool {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemError.failure("fstat", path: path) }
    guard facts.st_uid == geteuid() else { return false }
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else { throw SystemError.failure("openat", path: path) }
    defer { closedir(stream) }
    var count = 0
    while readdir(stream) != nil { count += 1 }
    // `.` and `..`
    return count <= 2
  }

  /// Waits for the others for up to 5 s; many may read at once, one may write.
  func lock(forWriting: Bool) throws(TLSFailure) {
    let operation = (forWriting ? LOCK_EX : LOCK_SH) | LOCK_NB
    for attempt in 0...100 {
      if attempt > 0 { usleep(50_000) }
      if flock(descriptor, operation) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError.failure("flock", path: path) }
    }
    throw .authority(.busy(directory: path))
  }

  func path(of name: String) -> String { "\(path)/\(name)" }

  /// Whether there is anything of this name, links and all.
  func contains(_ name: String) -> Bool {
    var facts = stat()
    return fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0
  }

  /// Opens a file to read, or with `flags` of open(2) otherwise, and checks it.
  func open(_ name: String, mode: mode_t, flags: Int32 = O_RDONLY) throws(TLSFailure) -> OpenFile {
    let path = path(of: name)
    // Without O_NONBLOCK a pipe of that name would hold the caller up.
    let file = openat(descriptor, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ELOOP { throw .authority(.symbolicLink(path: path)) }
      throw SystemError.failure("open", path: path)
    }
    let opened = OpenFile(path: path, descriptor: file)
    try opened.check(FileOwnership(maximumMode: mode, owners: [owner], allowsHardLinks: false))
    return opened
  }

  /// Opens a regular file, whoever may reach it; nil where that fails.
  func openUnchecked(_ name: String, flags: Int32) -> OpenFile? {
    let file = openat(descriptor, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    let opened = OpenFile(path: path(of: name), descriptor: file)
    do {
      try opened.check(nil)
      return opened
    } catch {
      return nil
    }
  }

  /// Writes a new file, complete on the disk, in the place of a leftover of the same name.
  func create(
    _ name: String, mode: mode_t, _ write: (borrowing OpenFile) throws(TLSFailure) -> Void
  ) throws(TLSFailure) {
    let path = path(of: name)
    if unlinkat(descriptor, name, 0) != 0, errno != ENOENT { throw SystemError.failure("unlink", path: path) }
    let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SystemError.failure("open", path: path) }
    let opened = OpenFile(path: path, descriptor: file)
    try handOver(file, path, mode: mode)
    try write(opened)
    guard fsync(file) == 0 else { throw SystemError.failure("fsync", path: path) }
  }

  func remove(_ name: String) throws(TLSFailure) {
    guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else {
      throw SystemError.failure("unlink", path: path(of: name))
    }
  }

  /// In one step, and lasting; what had the new name is gone.
  func rename(_ name: String, to newName: String) throws(TLSFailure) {
    guard renameat(descriptor, name, descriptor, newName) == 0 else {
      throw SystemError.failure("rename", path: path(of: name))
    }
    guard fsync(descriptor) == 0 else { throw SystemError.failure("fsync", path: path) }
  }

  private func handOver(_ file: Int32, _ path: String, mode: mode_t) throws(TLSFailure) {
    guard fchmod(file, mode) == 0 else { throw SystemError.failure("fchmod", path: path) }
    guard owner == geteuid() || fchown(file, owner, gid_t.max) == 0 else {
      throw SystemError.failure("fchown", path: path)
    }
  }
}
