import Glibc

/// A user of the system, by whose rights a service runs.
package struct ServiceAccount: Hashable, Sendable {
  package var name: String
  package var user: UInt32
  package var group: UInt32

  /// The effective user of this process.
  package static var ownUser: UInt32 { geteuid() }

  package static let root = ServiceAccount(name: "root", user: 0, group: 0)

  /// The account of this name, or of this number; nil when there is none.
  package init?(named name: String) {
    guard let entry = getpwnam(name) ?? UInt32(name).flatMap({ getpwuid($0) }) else { return nil }
    self.init(
      name: String(cString: entry.pointee.pw_name), user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
  }

  private init(name: String, user: UInt32, group: UInt32) {
    self.name = name
    self.user = user
    self.group = group
  }
}
