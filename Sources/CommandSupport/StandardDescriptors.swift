import Glibc

/// Standard input, output and error, which the caller may have closed.
enum StandardDescriptors {
  /// Opens those that are closed on `/dev/null`: the next file would take the place, and get what is meant for them, as
  /// a capture the messages for standard error.
  static func fill() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is this one.
      _ = open("/dev/null", O_RDWR)
    }
  }
}
