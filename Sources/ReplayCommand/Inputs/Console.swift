import CommandSupport
import Glibc
import Synchronization

/// Standard output and standard error of the process, from any thread.
final class Console: Sendable {
  static let standard = Console()

  private struct State {
    /// Whether a progress bar stands on the terminal's last line.
    var showsBar = false
    /// Whether one may.
    var takesBars = true
  }

  private let diagnostics = Diagnostics(tool: "replay")
  private let state = Mutex(State())
  /// Whether what is written cannot come out where standard error does.
  private let isOutputApart: Bool
  /// Whether additions should be written at once, since somebody watches.
  let isWatched: Bool

  private init() {
    isWatched = isatty(STDOUT_FILENO) == 1
    isOutputApart = Self.isFile(STDOUT_FILENO)
  }

  /// Writes to standard output; ends the process where it cannot: quietly when the reader is gone, else with a message.
  func write(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    if !isOutputApart {
      state.withLock { state in
        state.takesBars = false
        Self.hideBar(&state)
      }
    }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        // Within the buffer, as `written` is below its count.
        Glibc.write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { fail(errno) }
      written += count
    }
  }

  /// Says what is beside the results, a line each on standard error.
  func tell(_ messages: [Message]) {
    guard !messages.isEmpty else { return }
    state.withLock { state in
      Self.hideBar(&state)
      for message in messages {
        switch message {
        case .note(let text): diagnostics.note(text)
        case .warning(let text): diagnostics.warning(text)
        case .error(let text, let hint): diagnostics.error(text, hint: hint)
        }
      }
    }
  }

  /// Shows a progress bar in place of the one before, unless it would be mixed with output.
  func show(bar: String) {
    state.withLock { state in
      guard state.takesBars else { return }
      state.showsBar = true
      StandardError.write("\r\(bar)\u{1b}[K")
    }
  }

  /// Leaves the terminal without a progress bar, for good.
  func endBars() {
    state.withLock { state in
      state.takesBars = false
      Self.hideBar(&state)
    }
  }

  private static func hideBar(_ state: inout State) {
    guard state.showsBar else { return }
    state.showsBar = false
    StandardError.write("\r\u{1b}[K")
  }

  private func fail(_ code: Int32) -> Never {
    if code == EPIPE { exit(ExitStatus.success) }
    let text = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    tell([.error("standard output: write: \(text)", hint: "is the disk full?")])
    exit(ExitStatus.failure)
  }

  private static func isFile(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0, isatty(descriptor) != 1 else { return false }
    return status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFCHR
  }
}

/// Something to say beside the results.
enum Message: Hashable, Sendable {
  case note(String)
  /// Something that is odd, but does not count as a failure.
  case warning(String)
  case error(String, hint: String?)

  var isError: Bool {
    switch self {
    case .error: true
    case .note, .warning: false
    }
  }
}
