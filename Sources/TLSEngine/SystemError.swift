import Glibc

/// What failed system calls say.
enum SystemError {
  static let permissionDenied = EACCES
  static let notPermitted = EPERM
  static let noSuchFile = ENOENT

  /// The call that failed just now, on this path.
  static func failure(_ call: String, path: String, code: Int32 = errno) -> TLSFailure {
    .authority(.system(path: path, call: call, code: code, text: String(cString: strerror(code))))
  }
}
