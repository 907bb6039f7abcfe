import Glibc
import LinuxSystem

/// What the kernel says of this process; nil where it would not.
package struct ProcessReadings: Hashable, Sendable {
  package var cpuSeconds: Double?
  package var openDescriptors: UInt64?
  /// The soft limit; nil where there is none.
  package var descriptorLimit: UInt64?
  package var residentBytes: UInt64?
  package var virtualBytes: UInt64?
  package var threads: UInt64?

  package init() {}

  package static func ofThisProcess() -> ProcessReadings { ProcessReadings() }
}
