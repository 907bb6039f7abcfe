import CaptureFile
import Glibc

/// A directory that files are made in, held by its descriptor: whoever renames it or puts another in its place
/// meanwhile, nothing is written elsewhere.
final class OutputDirectory: Sendable {
  /// As it was given.
  let path: String
  /// Owned.
  let descriptor: Int32

  /// Opens the directory at `path`; if it is not there and `creating`, makes it with mode 0700.
  init(path: String, creating: Bool = false) throws(ExportError) {
    self.path = path
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    var opened = unsafe open(path, flags)
    if opened < 0, errno == ENOENT, creating {
      guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
        throw .system(path: path, SystemFailure(lastCall: "mkdir"))
      }
      opened = unsafe open(path, flags)
    }
    guard opened >= 0 else { throw .system(path: path, SystemFailure(lastCall: "open")) }
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  /// The path of a file in it, for messages.
  func path(_ name: String) -> String {
    if path == "." { return name }
    return path.utf8.last == UInt8(ascii: "/") ? path + name : "\(path)/\(name)"
  }

  /// Whether something of this name is in it, be it a link that leads nowhere.
  func has(_ name: String) -> Bool {
    var status = stat()
    return unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
  }

  /// Creates a file of this name for this user alone; neither follows a link nor takes what is there.
  func create(_ name: String) throws(ExportError) -> Int32 {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = unsafe openat(descriptor, name, flags, 0o600)
    if file >= 0 { return file }
    let failure = SystemFailure(lastCall: "open")
    throw failure.code == EEXIST ? .exists(path: path(name)) : .system(path: path(name), failure)
  }

  func remove(_ name: String) {
    _ = unsafe unlinkat(descriptor, name, 0)
  }

  /// Gives a file in it another name, which must be free unless `replacing`.
  ///
  /// - Throws: `exists` where the name is taken.
  func rename(_ old: String, to new: String, replacing: Bool) throws(ExportError) {
    if replacing {
      try checkReplaceable(new)
    } else {
      if unsafe linkat(descriptor, old, descriptor, new, 0) == 0 { return remove(old) }
      let failure = SystemFailure(lastCall: "link")
      guard failure.code != EEXIST else { throw .exists(path: path(new)) }
      // A file system without hard links: an empty file holds the name until it is replaced.
      close(try create(new))
    }
    guard unsafe renameat(descriptor, old, descriptor, new) == 0 else {
      throw .system(path: path(new), SystemFailure(lastCall: "rename"))
    }
  }

  /// Only a regular file or a symbolic link gives way; what a link leads to stays as it is.
  func checkReplaceable(_ name: String) throws(ExportError) {
    var status = stat()
    guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFLNK else { throw .notReplaceable(path: path(name)) }
  }
}
