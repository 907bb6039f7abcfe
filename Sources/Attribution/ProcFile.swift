import Glibc

/// An open file of /proc, which is made anew whenever it is read from the start.
struct ProcFile: ~Copyable {
  private let descriptor: Int32

  /// Takes over a descriptor; nil if that is -1, as open(2) gives it.
  init?(_ descriptor: Int32) {
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
  }

  init?(path: String) {
    self.init(open(path, O_RDONLY | O_CLOEXEC))
  }

  deinit {
    close(descriptor)
  }

  /// What it holds now, at most `limit` bytes; nil where it cannot be read, as of a process that has ended.
  ///
  /// One call gives all there is or as much as is asked for, up to a page at least.
  func contents(limit: Int) -> [UInt8]? {
    var isRead = false
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
      let count = pread(descriptor, buffer.baseAddress, limit, 0)
      isRead = count >= 0
      filled = max(0, count)
    }
    return isRead ? bytes : nil
  }
}
