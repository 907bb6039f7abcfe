public import ArgumentParser
import Glibc

/// When to colour output.
public enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// On a terminal, unless NO_COLOR is set (no-color.org) or TERM is `dumb`.
  case auto
  case always
  case never

  /// Whether what goes to this file descriptor is coloured.
  public func isOn(for descriptor: Int32) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto: isatty(descriptor) == 1 && !isSet("NO_COLOR") && !isDumbTerminal
    }
  }

  private func isSet(_ variable: String) -> Bool {
    guard let value = getenv(variable) else { return false }
    return value[0] != 0
  }

  private var isDumbTerminal: Bool {
    guard let value = getenv("TERM") else { return true }
    return String(cString: value) == "dumb"
  }
}
