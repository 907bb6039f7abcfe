/// What makes one run of one program different from any other with the same process number.
struct ProcessIdentity: Hashable {
  /// Of /proc/PID/stat the name in parentheses and the fields that stay the same until the next exec(3), which moves
  /// stack and arguments; the numbers are zero to those who may not know where these are.
  private let bytes: [UInt8]

  /// Start time, beginning of the code, of the stack; beginning and end of the arguments, beginning of the environment.
  private static let fields = [22, 26, 28, 48, 49, 50]

  /// From /proc/PID/stat; nil where the process has ended.
  init?(_ file: borrowing ProcFile) {
    guard let stat = file.contents(limit: 2_048) else { return nil }
    self.init(stat: stat)
  }

  /// From what the file holds (proc_pid_stat(5)); nil where it is no such thing.
  init?(stat: [UInt8]) {
    // The name may hold anything, parentheses and spaces too.
    guard let open = stat.firstIndex(of: UInt8(ascii: "(")),
      let close = stat.lastIndex(of: UInt8(ascii: ")")),
      open < close
    else { return nil }
    var identity: [UInt8] = []
    identity.reserveCapacity(stat.count)
    identity += stat[open...close]
    // The second field ends here.
    var number = 2
    var wanted = Self.fields[...]
    for byte in stat[(close + 1)...] {
      if byte == UInt8(ascii: " ") {
        if wanted.first == number { wanted.removeFirst() }
        number += 1
      }
      if wanted.first == number { identity.append(byte) }
    }
    bytes = identity
  }

  /// The kernel's short name of the process.
  var name: String {
    guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return "" }
    return String(decoding: bytes[1..<close], as: UTF8.self)
  }
}
