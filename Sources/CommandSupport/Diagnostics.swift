import Glibc

/// Writes what a command has to say beside its results: one line each on standard error, as `relay: error: …`.
public struct Diagnostics: Sendable {
  private let tool: String

  public init(tool: String) {
    self.tool = tool
  }

  public func error(_ message: String, hint: String? = nil) {
    write("error: \(message)")
    if let hint { write("hint: \(hint)") }
  }

  public func warning(_ message: String) {
    write("warning: \(message)")
  }

  /// Says something that is no complaint.
  public func note(_ message: String) {
    write(message)
  }

  private func write(_ line: String) {
    StandardError.write("\(tool): \(TerminalText.escaped(line))\n")
  }
}

/// Standard error, each text in one write(2) where the system allows.
public enum StandardError {
  public static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // Holds: write(2) reads the buffer during the call only.
      let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      // There is nobody left to tell.
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}
