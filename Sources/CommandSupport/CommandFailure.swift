/// Why a command ends without having done what it was asked: what, where, and what to do.
public struct CommandFailure: Error, Hashable {
  /// Lower case, no full stop, the offending value quoted.
  public var message: String
  /// What to do next.
  public var hint: String?
  public var status: Int32

  public init(_ message: String, hint: String? = nil, status: Int32 = ExitStatus.failure) {
    self.message = message
    self.hint = hint
    self.status = status
  }
}

/// What the exit statuses of both commands mean.
public enum ExitStatus {
  public static let success: Int32 = 0
  /// A difference or a finding.
  public static let difference: Int32 = 1
  public static let failure: Int32 = 2
  /// The command line makes no sense (EX_USAGE of sysexits.h).
  public static let usage: Int32 = 64
}
