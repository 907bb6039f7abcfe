/// One thing that `relay run` needs of the machine.
public struct DoctorCheck: Hashable, Sendable {
  public var name: String
  public var isOK: Bool
  /// What was found.
  public var detail: String
  /// The one command that fixes it; nil when nothing is to be fixed.
  public var fix: String?

  public init(name: String, isOK: Bool, detail: String, fix: String? = nil) {
    self.name = name
    self.isOK = isOK
    self.detail = detail
    self.fix = fix
  }
}
