import CLinux
import Glibc
import LinuxSystem

/// This process's arguments and environment as the caller gave them.
public enum CallerEnvironment {
  /// The variables; of two with one name the first counts, as for getenv(3).
  public static func variables() -> [String: String] {
    var variables: [String: String] = [:]
    for entry in entries() {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: entry[..<equals], as: UTF8.self)
      if variables[name] == nil {
        variables[name] = String(decoding: entry[(equals + 1)...], as: UTF8.self)
      }
    }
    return variables
  }

  /// The last `count` arguments as bytes: `CommandLine.arguments` repairs what is no UTF-8, a file name say.
  public static func lastArguments(_ count: Int) -> [[UInt8]] {
    let bytes = SystemFiles.contents(of: "/proc/self/cmdline") ?? []
    return bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false).suffix(count).map(
      Array.init)
  }

  /// The signals that this process ignores; ask before anything in it changes that.
  public static func ignoredSignals() -> Set<Int32> {
    Set((1..<65 as Range<Int32>).filter { clinux_signal_is_ignored($0) == 1 })
  }

  static func entries() -> [[UInt8]] {
    guard let environment = clinux_environment() else { return [] }
    var entries: [[UInt8]] = []
    var index = 0
    while let entry = environment[index] {
      entries.append(
        Array(UnsafeBufferPointer(start: entry, count: strlen(entry)).map(UInt8.init(bitPattern:))))
      index += 1
    }
    return entries
  }
}
