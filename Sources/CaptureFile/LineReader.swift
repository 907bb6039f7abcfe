import Glibc

/// Reads a file line by line, in bounded memory.
struct LineReader: ~Copyable {
  /// A line may be this long; a client hello of the largest legal size fits.
  static let maximumLineLength = 32 << 20

  enum Line {
    case whole([UInt8])
    /// The end of a file that does not end in a newline.
    case last([UInt8])
    case tooLong
  }

  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  init(path: String) throws(CaptureError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path: path, SystemFailure("open")) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// The next line without its newline; nil at the end of the file.
  mutating func next() throws(CaptureError) -> Line? {
    var searched = start
    while true {
      if let newline = newline(from: searched) {
        defer { start = newline + 1 }
        return .whole(Array(buffer[start..<newline]))
      }
      searched = buffer.count
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return .last(Array(buffer[start...]))
      }
      guard buffer.count - start <= Self.maximumLineLength else { return .tooLong }
      searched -= start
      try fill()
    }
  }

  private func newline(from start: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      // The rest of the buffer, which has an address unless it is empty.
      guard start < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base.advanced(by: start), 0x0a, bytes.count - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  /// Drops what was consumed and reads more.
  private mutating func fill() throws(CaptureError) {
    buffer.removeSubrange(..<start)
    start = 0
    let had = buffer.count
    let chunk = 64 << 10
    buffer.append(contentsOf: repeatElement(0, count: chunk))
    let count = buffer.withUnsafeMutableBytes { bytes in
      var count = -1
      repeat {
        // The slice is `chunk` bytes long.
        count = read(descriptor, bytes.baseAddress?.advanced(by: had), chunk)
      } while count < 0 && errno == EINTR
      return count
    }
    buffer.removeLast(chunk - max(0, count))
    guard count >= 0 else { throw .system(path: path, SystemFailure("read")) }
    isAtEnd = count == 0
  }
}
