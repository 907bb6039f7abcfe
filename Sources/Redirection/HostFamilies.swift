import Glibc

/// Which address families this machine speaks.
package enum HostFamilies {
  /// False where the kernel has no IPv6, or was started without it.
  package static var hasIPv6: Bool { access("/proc/net/if_inet6", F_OK) == 0 }
}
