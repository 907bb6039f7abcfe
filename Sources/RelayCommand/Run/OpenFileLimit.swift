import Glibc

/// How many files, and so sockets, the relay may have open.
enum OpenFileLimit {
  /// Raises the soft limit to the hard one, and returns what it was, for the command to have.
  static func raise() -> UInt64? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    let before = UInt64(limit.rlim_cur)
    limit.rlim_cur = limit.rlim_max
    return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? before : nil
  }
}
