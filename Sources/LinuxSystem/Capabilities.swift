import CLinux
import Glibc

/// The capabilities that matter here (capabilities(7)).
package enum Capability: UInt64 {
  case chown = 0
  case dacOverride = 1
  case dacReadSearch = 2
  case fowner = 3
  case fsetid = 4
  case kill = 5
  case setgid = 6
  case setuid = 7
  case setpcap = 8
  case netBindService = 10
  case netAdmin = 12
  case netRaw = 13
  case sysChroot = 18
  case sysPtrace = 19
  case sysAdmin = 21
  case mknod = 27
  case auditWrite = 29
  case setfcap = 31
}

package enum Capabilities {
  package static func mask(_ capabilities: [Capability]) -> UInt64 {
    capabilities.reduce(0) { $0 | 1 << $1.rawValue }
  }

  package static var effective: UInt64 { sets.effective }

  package static var permitted: UInt64 { sets.permitted }

  private static var sets: (permitted: UInt64, effective: UInt64) {
    var permitted: UInt64 = 0
    var effective: UInt64 = 0
    return clinux_get_capabilities(&permitted, &effective) == 0 ? (permitted, effective) : (0, 0)
  }
}
