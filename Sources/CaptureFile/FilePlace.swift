import Glibc

/// Whether an open file still stands where it was opened.
public enum FilePlace: Hashable, Sendable {
  case there
  /// It, or a directory above it, was renamed; perhaps another file stands in its place.
  case elsewhere
  /// It has no name any more: what is written goes nowhere.
  case deleted

  init(of descriptor: Int32, path: String) {
    var open = stat()
    guard fstat(descriptor, &open) == 0, open.st_nlink > 0 else {
      self = .deleted
      return
    }
    var named = stat()
    let isNamed = stat(path, &named) == 0
    self = isNamed && named.st_dev == open.st_dev && named.st_ino == open.st_ino ? .there : .elsewhere
  }
}
