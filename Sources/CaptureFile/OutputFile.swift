import Glibc

/// Creates the file at `path` for this process alone to write: mode 0600, and never through a link.
///
/// Fails where something is there already, unless `replacing`: then a regular file or a symbolic link gives way to
/// a new file, and what a link pointed to stays as it is.
func createOutputFile(_ path: String, replacing: Bool) throws(CaptureError) -> Int32 {
  if replacing { try removeReplaceable(path) }
  let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
  if descriptor >= 0 { return descriptor }
  let failure = SystemFailure("open")
  throw failure.code == EEXIST ? .exists(path: path) : .system(path: path, failure)
}

private func removeReplaceable(_ path: String) throws(CaptureError) {
  var status = stat()
  guard lstat(path, &status) == 0 else {
    let failure = SystemFailure("lstat")
    if failure.code == ENOENT { return }
    throw .system(path: path, failure)
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG, S_IFLNK:
    guard unlink(path) == 0 else { throw .system(path: path, SystemFailure("unlink")) }
  case S_IFDIR:
    throw .isDirectory(path: path)
  default:
    throw .notReplaceable(path: path)
  }
}
