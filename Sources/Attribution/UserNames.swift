import Glibc
import LinuxSystem
import Synchronization

/// The names of users, kept for a minute.
///
/// May be called from any thread. Where the names come over the network (LDAP), a call may take long.
final class UserNames: Sendable {
  private struct Entry {
    var name: String?
    var readAt: UInt64
  }

  private static let limit = 1_024
  private static let lifetime: UInt64 = 60_000_000_000
  /// A user's entry, all its texts together; a longer one is no name.
  private static let bufferLimit = 1 << 20

  private let entries = Mutex<[UInt32: Entry]>([:])

  /// Nil for a user without a name, and where the user database cannot be asked.
  func name(of uid: UInt32) -> String? {
    let now = SystemFiles.now()
    if let entry = entries.withLock({ $0[uid] }), now - entry.readAt < Self.lifetime { return entry.name }
    // Not under the lock: one slow answer shall not hold up the others.
    let name = Self.look(up: uid)
    entries.withLock { entries in
      if entries.count >= Self.limit { entries.removeAll(keepingCapacity: true) }
      entries[uid] = Entry(name: name, readAt: now)
    }
    return name
  }

  private static func look(up uid: UInt32) -> String? {
    var size = 1_024
    while size <= bufferLimit {
      var user = passwd()
      var found: UnsafeMutablePointer<passwd>?
      var buffer = [CChar](repeating: 0, count: size)
      let (code, name) = buffer.withUnsafeMutableBufferPointer { buffer -> (Int32, String?) in
        guard let address = buffer.baseAddress else { return (ENOMEM, nil) }
        let code = getpwuid_r(uid, &user, address, buffer.count, &found)
        // The name points into the buffer.
        return (code, code == 0 && found != nil ? user.pw_name.map { String(cString: $0) } : nil)
      }
      switch code {
      case ERANGE: size *= 4
      case EINTR: continue
      default: return name
      }
    }
    return nil
  }
}
