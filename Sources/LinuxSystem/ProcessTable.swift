import Glibc

/// What /proc tells of processes.
package enum ProcessTable {
  /// All descendants of a process, whatever namespaces they have moved to; not itself.
  package static func descendants(of root: Int32) -> [Int32] {
    var children: [Int32: [Int32]] = [:]
    for pid in all() {
      if let parent = parent(of: pid) { children[parent, default: []].append(pid) }
    }
    var found: [Int32] = []
    var next = children[root] ?? []
    while let pid = next.popLast() {
      found.append(pid)
      next += children[pid] ?? []
    }
    return found.sorted()
  }

  /// The same without reading all of /proc: by the lists of children that most kernels keep
  /// (CONFIG_PROC_CHILDREN), which may miss someone while others come and go.
  package static func fastDescendants(of root: Int32) -> [Int32] {
    guard access("/proc/self/task/\(getpid())/children", F_OK) == 0 else { return descendants(of: root) }
    var found: [Int32] = []
    var next = [root]
    while let pid = next.popLast() {
      for task in SystemFiles.names(in: "/proc/\(pid)/task") {
        let list = SystemFiles.contents(of: "/proc/\(pid)/task/\(task)/children") ?? []
        let children = list.split(separator: UInt8(ascii: " ")).compactMap {
          Int32(String(decoding: $0, as: UTF8.self))
        }
        found += children
        next += children
      }
    }
    return found.sorted()
  }

  package static func all() -> [Int32] {
    SystemFiles.names(in: "/proc").compactMap { Int32($0) }
  }

  /// Nil for a zombie, and where there is no such process.
  ///
  /// proc_pid_stat(5): the name is in parentheses and may hold anything; after it come the state and the parent.
  private static func parent(of pid: Int32) -> Int32? {
    guard let bytes = SystemFiles.contents(of: "/proc/\(pid)/stat"),
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard fields.count == 3, fields[0].first != UInt8(ascii: "Z") else { return nil }
    return Int32(String(decoding: fields[1], as: UTF8.self))
  }
}
