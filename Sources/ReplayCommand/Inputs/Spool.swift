import Glibc

/// Bytes that wait in a file that has a name for a moment only: nobody else sees it, and no crash leaves it behind.
final class Spool: Sendable {
  private let descriptor: Int32

  /// Nil where the directory for temporary files takes none.
  init?() {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let place = directory.isEmpty ? "/tmp" : directory
    var template = Array("\(place)/replay-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return nil }
    unlink(template)
  }

  deinit {
    close(descriptor)
  }

  /// Adds bytes at the end; false if not all of them could be, and then none is.
  func append(_ bytes: [UInt8]) -> Bool {
    let end = lseek(descriptor, 0, SEEK_END)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        // Within the buffer, as `written` is below its count.
        write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        ftruncate(descriptor, end)
        return false
      }
      written += count
    }
    return true
  }

  /// Hands on all bytes, in pieces.
  ///
  /// - Throws: `errno` of the call that failed.
  func drain(_ take: ([UInt8]) -> Void) throws(ReadFailure) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw ReadFailure(code: errno) }
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ReadFailure(code: errno) }
      if count == 0 { return }
      take(count == piece.count ? piece : Array(piece[..<count]))
    }
  }

  struct ReadFailure: Error {
    var code: Int32
  }
}
