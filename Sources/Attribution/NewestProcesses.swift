import CLinux

/// The processes that have the numbers right after one that was new, as when a shell starts one after another, and then
/// those that have the numbers that were given last, backwards.
///
/// A number that is no process's costs half a microsecond, and so asks nobody for a list of all.
struct NewestProcesses: Sequence, IteratorProtocol {
  private static let aheadCount: Int32 = 4
  private static let backCount: Int32 = 64

  private let numbers: ProcessNumbers
  private var ahead: Range<Int32>
  private var back: Range<Int32>?

  init(after last: Int32?, _ numbers: ProcessNumbers) {
    self.numbers = numbers
    ahead = last.map { $0 + 1..<$0 + 1 + Self.aheadCount } ?? 0..<0
  }

  mutating func next() -> Int32? {
    while let pid = ahead.popFirst() {
      if clinux_is_process(pid) { return pid }
    }
    var rest = back ?? numbersGivenLast
    defer { back = rest }
    while let pid = rest.popLast() {
      if clinux_is_process(pid) { return pid }
    }
    return nil
  }

  private var numbersGivenLast: Range<Int32> {
    let last = numbers.last ?? 0
    return Swift.max(1, last - Self.backCount + 1)..<Swift.max(1, last + 1)
  }
}

/// Which process numbers are given.
final class ProcessNumbers: Sendable {
  /// Nil where it is hidden (systemd.exec(5), ProcSubset=pid); then no process is known to be new.
  private let load = ProcFile(path: "/proc/loadavg")

  /// The one that was given last: the last field of /proc/loadavg (proc_loadavg(5)).
  var last: Int32? {
    guard let line = load?.contents(limit: 256), let space = line.lastIndex(of: UInt8(ascii: " ")) else {
      return nil
    }
    return Int32(String(decoding: line[(space + 1)...].dropLast(), as: UTF8.self))
  }
}
