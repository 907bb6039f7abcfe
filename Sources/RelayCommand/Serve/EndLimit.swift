import LinuxSystem

/// Sees to it that a service which is told to end does, whatever it waits for: a disk that does not answer, a firewall
/// tool that hangs.
enum EndLimit {
  /// Enough for all that has a limit of its own, and less than systemd waits (`TimeoutStopSec` of the unit).
  private static let seconds: UInt32 = 8

  /// The guard of the rules outlives the process, and removes them.
  static func begin() {
    ExitLimit.begin(
      seconds: seconds,
      message:
        "relay: error: what the service waits for does not come: it ends, and what is not written yet is lost"
    )
  }
}
