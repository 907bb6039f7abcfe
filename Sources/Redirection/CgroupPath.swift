import Glibc
import LinuxSystem

/// A cgroup v2, by its path from the root of the hierarchy.
enum CgroupPath {
  /// Where nft looks for cgroups.
  private static let nftRoot = "/sys/fs/cgroup"

  /// Throws unless the path can stand in rules of both backends.
  static func check(_ path: String) throws(RulesError) {
    guard !components(path).isEmpty else {
      throw .contradiction("the root cgroup '\(path)' holds everyone: select all users instead")
    }
    guard path.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7f && $0 != "\"" && $0 != "'" }),
      !components(path).contains("..")
    else {
      throw .contradiction("'\(path)' is not the path of a cgroup: it has blanks, quotes, '..' or more")
    }
  }

  static func components(_ path: String) -> [Substring] {
    path.split(separator: "/").filter { $0 != "." }
  }

  /// Throws unless there is such a cgroup now: the rules hold on to it, and know no name.
  static func find(_ path: String) throws(RulesError) {
    guard let mountPoint else { throw .cgroupsMissing }
    let directory = mountPoint + "/" + components(path).joined(separator: "/")
    guard access(directory + "/cgroup.procs", F_OK) == 0 else {
      throw .cgroupMissing(path: path, mountPoint: mountPoint)
    }
  }

  /// The path as nft wants it: from /sys/fs/cgroup, below which a host with both versions has v2 in a directory.
  static func nftPath(_ path: String) -> String {
    let prefix = mountPoint.flatMap { $0.hasPrefix(nftRoot + "/") ? $0.dropFirst(nftRoot.count + 1) : nil }
    return ((prefix.map { [$0] } ?? []) + components(path)).joined(separator: "/")
  }

  /// Where the hierarchy of version 2 is mounted; proc_pid_mountinfo(5).
  private static var mountPoint: String? {
    let lines = (SystemFiles.contents(of: "/proc/self/mountinfo") ?? []).split(separator: 0x0a)
    for line in lines {
      let words = String(decoding: line, as: UTF8.self).split(separator: " ")
      guard words.count > 4, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { continue }
      if words[dash + 1] == "cgroup2" { return String(words[4]) }
    }
    return nil
  }
}
