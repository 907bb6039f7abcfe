import CLinux

/// Ends the process after a time, whatever its threads wait for.
package enum ExitLimit {
  /// From now on the process has `seconds`; then it writes `message` to standard error as a line, and exits with status 2.
  ///
  /// Takes SIGALRM. Needs no thread, memory or descriptor when the time comes.
  package static func begin(seconds: UInt32, message: String) {
    clinux_exit_after(seconds, "\(message)\n")
  }
}
