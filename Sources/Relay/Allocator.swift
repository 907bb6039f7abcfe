import CLinux

/// The C library's malloc, set up for a relay's memory: chunks of some hundred kilobytes, made on one thread and freed on
/// another.
public enum Allocator {
  /// Must be called before there is a second thread.
  ///
  /// As it is, glibc gives such chunks back to the kernel and gets them again, cleared, for every read: a quarter of the
  /// relay's CPU in a download. One arena serves all threads, since idle sessions would else take room in each.
  public static func tune() {
    clinux_tune_allocator(1, 4 << 20, 16 << 20, 1 << 20)
  }
}
