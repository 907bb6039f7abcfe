/// Users that root can become with setpriv.
enum OtherUser {
  /// No user has this number.
  static let uid: UInt32 = 64_123
  static let prefix = become("\(uid)")
  static let nobody = become("65534")

  static func become(_ uid: String, keeping capabilities: [String] = []) -> [String] {
    let kept = capabilities.map { "+\($0)" }.joined(separator: ",")
    let options = kept.isEmpty ? [] : ["--inh-caps=\(kept)", "--ambient-caps=\(kept)"]
    return ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups"] + options
  }
}
