import CaptureFile
import Glibc
import Replay

/// What there is to check below some paths: recordings with their goldens, and what does not fit together.
struct CheckPlan: Sendable {
  /// A recording, and what belongs to it.
  struct Item: Sendable {
    var recording: String
    /// Where its golden is, or would be.
    var golden: String
    var hasGolden: Bool
    var canon: CanonFile?
    /// Why it cannot be checked.
    var problem: Message?
    /// Whether its rules can be used; what is wrong with them is told once.
    var hasRules: Bool { canon?.problems.isEmpty ?? true }
  }

  private(set) var items: [Item] = []
  /// Goldens without a recording.
  private(set) var strays: [String] = []
  /// Places that could not be looked into, and rule files that cannot be used.
  private(set) var problems: [Message] = []
  /// Rule files of which every recording below them is checked.
  private(set) var wholeCanons: Set<String> = []

  /// Finds the recordings whose path or name `only` has a pattern for, or all if it has none.
  ///
  /// `canon` is a rule file to use instead of the nearest.
  init(_ paths: [String], only: [String], canon: String?) {
    var found = Found()
    for path in paths { found.take(path) }
    problems = found.problems
    var files = CanonFiles()
    let named = canon.flatMap { files.file(named: $0) }
    let goldens = Set(found.goldens)
    let owners = Dictionary(grouping: found.captures) { GoldenName.path(forRecording: $0) }
    for capture in found.captures where Self.isMeant(capture, only) {
      let directory = Self.directory(of: capture)
      let file = canon == nil ? files.file(for: directory) : named
      items.append(Self.item(capture, goldens, owners, file))
    }
    if only.isEmpty {
      let owned = Set(found.captures.flatMap { GoldenName.paths(forRecording: $0) })
      strays = found.goldens.filter { !owned.contains($0) }
      wholeCanons = Set(
        items.compactMap { $0.canon?.path }.filter { path in paths.contains { Self.holds($0, path) } })
    }
    problems += files.problems
  }

  private static func item(
    _ capture: String, _ goldens: Set<String>, _ owners: [String: [String]], _ canon: CanonFile?
  ) -> Item {
    let (short, long) = (GoldenName.path(forRecording: capture), GoldenName.longPath(forRecording: capture))
    var item = Item(
      recording: capture, golden: goldens.contains(long) ? long : short,
      hasGolden: goldens.contains(long) || goldens.contains(short), canon: canon)
    let sharing = (owners[short] ?? []).filter { !goldens.contains(GoldenName.longPath(forRecording: $0)) }
    if short != long, goldens.contains(short), goldens.contains(long), (owners[short] ?? []).count == 1 {
      item.problem = .error(
        "two goldens for '\(capture)': '\(short)' and '\(long)'", hint: "remove the one that is wrong")
    } else if sharing.count > 1, item.golden == short {
      item.golden = long
      item.problem =
        !goldens.contains(short)
        ? nil
        : .error(
          "'\(short)' is the golden of \(sharing.map { "'\($0)'" }.joined(separator: " and "))",
          hint: "rename it after one of them, as '\(long)'")
    }
    return item
  }

  private static func isMeant(_ path: String, _ only: [String]) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return only.isEmpty || only.contains { GlobPattern($0).matches(path) || GlobPattern($0).matches(name) }
  }

  /// Whether a file is in a directory that was named, or below it.
  private static func holds(_ directory: String, _ path: String) -> Bool {
    if directory == "." { return !path.hasPrefix("/") && !path.hasPrefix("..") }
    return path.hasPrefix(directory.hasSuffix("/") ? directory : directory + "/")
  }

  static func directory(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return "." }
    let directory = parts.dropLast().joined(separator: "/")
    return directory.isEmpty ? "/" : directory
  }
}

/// What was found on disk.
private struct Found {
  var captures: [String] = []
  var goldens: [String] = []
  var problems: [Message] = []

  mutating func take(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let text = String(cString: strerror(errno))
      return problems.append(
        .error("'\(path)': open: \(text)", hint: "check the path and its permissions"))
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { return takeFile(path) }
    let found = CaptureSearch.search(below: path, alsoNamed: GoldenName.suffix)
    problems += found.failures.map { .error($0.description, hint: $0.hint) }
    let order = InputList.ordered(found.captures)
    captures += order.filter { !captures.contains($0) }
    goldens += found.others
    if found.captures.isEmpty, found.others.isEmpty, found.failures.isEmpty {
      problems.append(
        .error("'\(path)' has no captures in it", hint: "name a capture, or another directory"))
    }
  }

  private mutating func takeFile(_ path: String) {
    if path.hasSuffix(GoldenName.suffix) {
      return problems.append(
        .error("'\(path)' is a golden", hint: "name the recording beside it, or the directory"))
    }
    captures.append(path)
    goldens += GoldenName.paths(forRecording: path).filter { access($0, F_OK) == 0 }
  }
}
