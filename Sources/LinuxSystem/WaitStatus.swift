/// How a process ended.
public enum WaitStatus: Hashable, Sendable {
  case exited(Int32)
  case signaled(Int32, coreDumped: Bool)

  /// From wait(2)'s status word, of a process that ended.
  package init(word: Int32) {
    let signal = word & 0x7f
    self = signal == 0 ? .exited(word >> 8 & 0xff) : .signaled(signal, coreDumped: word & 0x80 != 0)
  }

  /// The status with which a shell would end: the command's own, or 128 and the signal.
  public var exitStatus: Int32 {
    switch self {
    case .exited(let status): status
    case .signaled(let signal, _): 128 + signal
    }
  }
}
