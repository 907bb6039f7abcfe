import LinuxSystem

/// A user of this machine.
package enum UserAccount {
  /// The user id behind a name, or a number, which needs no account.
  package static func uid(of text: String) throws(RulesError) -> UInt32 {
    if let account = ServiceAccount(named: text) { return account.user }
    // The largest number means "nobody in particular" to the kernel.
    guard let uid = UInt32(text), uid < UInt32.max else { throw .userUnknown(text) }
    return uid
  }
}
