import CaptureFile
import Glibc

/// The system calls that move bytes between memory and an open file, whole.
enum FileBytes {
  /// Writes all bytes at the file's position.
  static func write(_ bytes: Span<UInt8>, to descriptor: Int32) throws(SystemFailure) {
    try move(bytes.count, "write") { done in
      // The buffer is read during the call only, and `done` is below its count.
      unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
    }
  }

  /// Writes all bytes at this offset.
  static func write(_ bytes: Span<UInt8>, to descriptor: Int32, at offset: Int) throws(SystemFailure) {
    try move(bytes.count, "write") { done in
      // The buffer is read during the call only, and `done` is below its count.
      unsafe bytes.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, offset + done)
      }
    }
  }

  /// Reads `count` bytes at this offset into `buffer`, whose former bytes go; an early end of the file is an error.
  static func read(
    _ count: Int, from descriptor: Int32, at offset: Int, into buffer: inout [UInt8]
  ) throws(SystemFailure) {
    if buffer.count != count { buffer = [UInt8](repeating: 0, count: count) }
    try move(count, "read") { done in
      // The buffer is written during the call only, and `done` is below its count.
      unsafe buffer.withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, offset + done)
      }
    }
  }

  /// Calls until `count` bytes are done.
  private static func move(
    _ count: Int, _ call: String, _ body: (_ done: Int) -> Int
  ) throws(SystemFailure) {
    var done = 0
    while done < count {
      let moved = body(done)
      if moved < 0, errno == EINTR { continue }
      guard moved >= 0 else { throw SystemFailure(lastCall: call) }
      // An end of the file in the midst of what was written before: somebody cut it.
      guard moved > 0 else { throw SystemFailure(call: call, code: EIO) }
      done += moved
    }
  }
}
