/// A cgroup v2, by its path from the root of the hierarchy.
enum CgroupPath {
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
}
