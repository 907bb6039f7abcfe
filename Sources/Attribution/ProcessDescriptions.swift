import LinuxSystem

/// What /proc tells of a process itself.
struct ProcessDescription {
  var name: String?
  var executable: String?
  var arguments: ArgumentList?
  var controlGroup: ControlGroup?
}

/// Reads, and for a second keeps, what processes are.
///
/// A process is the same as before if its number and `ProcessIdentity` are; so neither a number that is used again nor
/// another program in the same process is told from memory. What a running program changes otherwise (its control
/// group, its title) is told after a second.
struct ProcessDescriptions {
  private struct Entry {
    var identity: ProcessIdentity
    var readAt: UInt64
    var description: ProcessDescription
  }

  private static let limit = 256
  private static let lifetime: UInt64 = 1_000_000_000

  private var entries: [Int32: Entry] = [:]

  /// Empty where the process has ended.
  mutating func description(of process: borrowing ProcessDirectory) -> ProcessDescription {
    let now = SystemFiles.now()
    guard let stat = process.file("stat") else { return ProcessDescription() }
    var identity = ProcessIdentity(stat)
    if let entry = entries[process.pid], entry.identity == identity, now - entry.readAt < Self.lifetime {
      return entry.description
    }
    // What was read in parts must be of one program: if it changed meanwhile, again.
    for _ in 0..<3 {
      guard let before = identity else { break }
      let description = ProcessDescription(of: process, before)
      identity = ProcessIdentity(stat)
      guard before == identity else { continue }
      if entries.count >= Self.limit { entries.removeAll(keepingCapacity: true) }
      entries[process.pid] = Entry(identity: before, readAt: now, description: description)
      return description
    }
    entries[process.pid] = nil
    return ProcessDescription()
  }
}

extension ProcessDescription {
  /// Reads it; what cannot be read is nil.
  fileprivate init(of process: borrowing ProcessDirectory, _ identity: ProcessIdentity) {
    name = identity.name
    executable = process.link("exe").map(Self.path)
    arguments = process.contents(of: "cmdline", limit: ArgumentList.byteLimit + 1).map(ArgumentList.init)
    controlGroup = process.contents(of: "cgroup", limit: 16_384).flatMap(ControlGroup.init)
  }

  /// Without the kernel's mark of a file that was removed, or replaced, since it was started.
  private static func path(_ link: [UInt8]) -> String {
    let path = String(decoding: link, as: UTF8.self)
    let removed = " (deleted)"
    return path.hasSuffix(removed) ? String(path.dropLast(removed.count)) : path
  }
}
