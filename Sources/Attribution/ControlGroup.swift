/// A process's control group, and the unit of systemd that it belongs to.
struct ControlGroup: Hashable {
  /// From the root of the hierarchy, as `/system.slice/ssh.service`.
  var path: String

  /// From what /proc/PID/cgroup holds (cgroups(7)), lines of `HIERARCHY:CONTROLLERS:PATH`.
  ///
  /// The path in cgroup v2; where that says no more than the root, or is not there, the path in systemd's own v1
  /// hierarchy. Nil without either.
  init?(_ bytes: [UInt8]) {
    var unified: ArraySlice<UInt8>?
    var systemd: ArraySlice<UInt8>?
    var rest = bytes[...]
    while !rest.isEmpty {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest[line.endIndex...].dropFirst()
      if line.starts(with: Self.unifiedPrefix) { unified = line.dropFirst(Self.unifiedPrefix.count) }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let named = line[colon...]
      if named.starts(with: Self.systemdPrefix) { systemd = named.dropFirst(Self.systemdPrefix.count) }
    }
    guard let path = unified.flatMap({ $0.count == 1 ? nil : $0 }) ?? systemd ?? unified else { return nil }
    self.init(path: String(decoding: path, as: UTF8.self))
  }

  private static let unifiedPrefix = Array("0::".utf8)
  private static let systemdPrefix = Array(":name=systemd:".utf8)

  init(path: String) {
    // So the kernel marks a group that was removed while a process was in it.
    self.path = path.hasSuffix(Self.removed) ? String(path.dropLast(Self.removed.count)) : path
  }

  private static let removed = " (deleted)"

  /// The innermost unit that systemd, or a user's own systemd, manages; nil where the path names none.
  ///
  /// As systemd itself reads such paths: after any number of slices stands the unit. What is below it is the unit's own
  /// business (a container may have a systemd of its own there), but for `user@UID.service`, below which stand the
  /// units of that user. A name keeps its escapes, by which systemctl knows it.
  var unit: String? {
    var parts = path.split(separator: "/").map(Self.unescaped)[...]
    guard let unit = Self.firstUnit(&parts) else { return nil }
    guard Self.isUserManager(unit) else { return unit }
    return Self.firstUnit(&parts) ?? unit
  }

  private static func firstUnit(_ parts: inout ArraySlice<Substring>) -> String? {
    while let part = parts.popFirst() {
      if isUnit(part, types: ["slice"]) { continue }
      return isUnit(part, types: ["service", "scope", "socket", "mount", "swap"]) ? String(part) : nil
    }
    return nil
  }

  private static func isUserManager(_ unit: String) -> Bool {
    unit.hasPrefix("user@") && unit.hasSuffix(".service")
  }

  /// systemd puts an underscore before a name that the kernel's own files could be confused with.
  private static func unescaped(_ part: Substring) -> Substring {
    part.hasPrefix("_") ? part.dropFirst() : part
  }

  /// systemd.unit(5): characters, length, type; no template, whose name ends with `@`.
  private static func isUnit(_ name: Substring, types: [String]) -> Bool {
    guard name.utf8.count < 256, let dot = name.lastIndex(of: "."), dot > name.startIndex,
      types.contains(String(name[name.index(after: dot)...]))
    else { return false }
    let stem = name[..<dot]
    return stem.last != "@" && stem.first != "@"
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: ":-_.\\@".utf8.contains(byte)
        }
      }
  }
}
