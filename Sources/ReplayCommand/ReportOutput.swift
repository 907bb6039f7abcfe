import CommandSupport
import Glibc

/// Standard output, written in large pieces.
final class ReportOutput {
  private static let pieceSize = 256 << 10

  private let isEager: Bool
  private var buffer: [UInt8] = []

  /// An eager output writes after every addition: for terminals, and for input that may come slowly.
  init(isEager: Bool) {
    self.isEager = isEager || isatty(STDOUT_FILENO) == 1
  }

  /// Lets `body` append, and writes when enough has come together.
  func append(_ body: (inout [UInt8]) -> Void) {
    body(&buffer)
    if isEager || buffer.count >= Self.pieceSize { flush() }
  }

  /// Writes everything; ends the process where it cannot: quietly when the reader is gone, else with a message.
  func flush() {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        // Within the buffer, as `written` is below its count.
        write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { Self.fail(errno) }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func fail(_ code: Int32) -> Never {
    if code == EPIPE { exit(ExitStatus.success) }
    let text = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    Diagnostics(tool: "replay").error("standard output: write: \(text)", hint: "is the disk full?")
    exit(ExitStatus.failure)
  }
}
