import Glibc

/// A system call that failed.
public struct SystemFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public var call: String
  /// The value of `errno`.
  public var code: Int32

  public init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  /// The call that just failed on this thread.
  init(_ call: String) {
    self.init(call: call, code: errno)
  }

  public var text: String {
    // glibc keeps the text of `strerror` per thread.
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  public var description: String { "\(call): \(text)" }

  /// What to do about it; nil where the text says enough.
  var hint: String? {
    switch code {
    case ENOENT: "check that the directory exists"
    case EACCES, EPERM, EROFS: "check the permissions, or choose another path"
    case ENOSPC, EDQUOT: "make room on the disk, or choose another path"
    default: nil
    }
  }
}
