import CaptureFile
import Glibc

/// What there is to read, in order: captures, and what is to be said of places where none could be found.
struct InputList: Sendable {
  enum Item: Hashable, Sendable {
    case capture(String)
    case failure(Message)
  }

  private(set) var items: [Item] = []
  /// Whether reports name the capture that each thing is from: where several are named, or a directory is.
  let namesFiles: Bool

  /// A directory among the paths stands for the captures below it.
  init(_ paths: [String]) {
    let directories = paths.filter(Self.isDirectory)
    namesFiles = paths.count > 1 || !directories.isEmpty
    for path in paths {
      if directories.contains(path) { search(path) } else { items.append(.capture(path)) }
    }
  }

  /// These captures, each of them named in reports.
  init(captures: [String]) {
    items = captures.map(Item.capture)
    namesFiles = true
  }

  var captureCount: Int { items.count { if case .capture = $0 { true } else { false } } }

  /// How many bytes there are to read; nil where one of the inputs does not say.
  var byteCount: UInt64? {
    var sum: UInt64 = 0
    for case .capture(let path) in items {
      var status = stat()
      guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      sum += UInt64(max(0, status.st_size))
    }
    return sum
  }

  private mutating func search(_ path: String) {
    let (paths, failures) = CaptureSearch.captures(below: path)
    items += failures.map { .failure(.error($0.description, hint: $0.hint)) }
    items += Self.ordered(paths).map(Item.capture)
    if paths.isEmpty, failures.isEmpty {
      items.append(
        .failure(.error("'\(path)' has no captures in it", hint: "name a capture, or another directory")))
    }
  }

  /// The captures of a directory, in the order in which they are read.
  static func ordered(_ paths: [String]) -> [String] {
    paths.sorted { Self.order($0).lexicographicallyPrecedes(Self.order($1)) }
  }

  /// By what captures of a directory are put in order: their paths' bytes, but that recordings of one second come by number.
  private static func order(_ path: String) -> [UInt8] {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    guard let recording = RecordingName(fileName: name) else { return Array(path.utf8) }
    return Array(path.utf8.dropLast(name.utf8.count)) + recording.order
  }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
