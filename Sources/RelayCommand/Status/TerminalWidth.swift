import Glibc

/// How many columns there are to print on.
enum TerminalWidth {
  /// As COLUMNS says, else as the terminal does; nil where standard output is no terminal.
  static var ofStandardOutput: Int? {
    if let value = getenv("COLUMNS"), let columns = Int(String(cString: value)), columns > 0 {
      return columns
    }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
