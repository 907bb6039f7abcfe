import Glibc
import LinuxSystem

/// What the kernel says of this process; nil where it would not.
package struct ProcessReadings: Hashable, Sendable {
  /// In user and kernel mode.
  package var cpuSeconds: Double?
  package var openDescriptors: UInt64?
  /// The soft limit; nil where there is none.
  package var descriptorLimit: UInt64?
  package var residentBytes: UInt64?
  package var virtualBytes: UInt64?
  package var threads: UInt64?

  package init() {}

  package static func ofThisProcess() -> ProcessReadings {
    var readings = ProcessReadings()
    readings.readUsage()
    readings.readMemory()
    readings.readThreads()
    readings.readDescriptors()
    return readings
  }

  private mutating func readUsage() {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return }
    cpuSeconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
  }

  /// proc_pid_statm(5): the whole and the resident size, in pages.
  private mutating func readMemory() {
    guard let line = SystemFiles.line(of: "/proc/self/statm") else { return }
    let pages = line.split(separator: " ").prefix(2).compactMap { UInt64($0) }
    guard pages.count == 2, let pageSize = UInt64(exactly: sysconf(Int32(_SC_PAGESIZE))) else { return }
    virtualBytes = pages[0] * pageSize
    residentBytes = pages[1] * pageSize
  }

  private mutating func readThreads() {
    let tasks = SystemFiles.names(in: "/proc/self/task").count
    threads = tasks > 0 ? UInt64(tasks) : nil
  }

  /// Without the descriptor that reading the directory needs itself.
  private mutating func readDescriptors() {
    let open = SystemFiles.names(in: "/proc/self/fd").count
    openDescriptors = open > 0 ? UInt64(open - 1) : nil
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur != ~0
    else { return }
    descriptorLimit = UInt64(limit.rlim_cur)
  }
}
