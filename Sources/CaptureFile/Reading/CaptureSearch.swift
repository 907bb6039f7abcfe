import Glibc

/// Finds the captures in a directory tree.
///
/// A regular file is one if its bytes, decompressed where they are gzip or zstd, begin as a pcap or pcapng file does;
/// other files are passed over in silence. Links to files are followed, links to directories are not.
public struct CaptureSearch {
  /// How many directories deep is searched.
  public static let maximumDepth = 64

  /// What a search found, paths in the order of their bytes.
  public struct Found: Sendable {
    public var captures: [String] = []
    /// Other files that were asked for by the end of their names.
    public var others: [String] = []
    /// What could not be looked into.
    public var failures: [CaptureError] = []
  }

  private var paths: [String] = []
  private var others: [String] = []
  private var failures: [CaptureError] = []
  /// How the names end of other files that are wanted.
  private var suffix: [UInt8]?

  /// The paths, each beginning with `path`, in the order of their bytes, and what could not be looked into.
  public static func captures(below path: String) -> (paths: [String], failures: [CaptureError]) {
    let found = search(below: path)
    return (found.captures, found.failures)
  }

  /// The same, with the regular files whose names end in `suffix`; these are not looked into.
  public static func search(below path: String, alsoNamed suffix: String? = nil) -> Found {
    var search = CaptureSearch()
    search.suffix = suffix.map { Array($0.utf8) }
    search.directory(Place(name: Array(path.utf8CString), path: path), in: AT_FDCWD, depth: 0)
    return Found(
      captures: sorted(search.paths), others: sorted(search.others), failures: search.failures)
  }

  private static func sorted(_ paths: [String]) -> [String] {
    paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  // MARK: Directories

  /// A file or directory: its name in its directory, for the system, and its path, for the caller.
  private struct Place {
    /// Ends in a zero.
    var name: [CChar]
    var path: String
    /// Whether the path leads to the file: a name that is no UTF-8 is not told unchanged.
    var isExact = true

    func inside(_ name: [UInt8]) -> Place {
      Place(
        name: name.map { CChar(bitPattern: $0) } + [0],
        path: path + (path.hasSuffix("/") ? "" : "/") + String(decoding: name, as: UTF8.self),
        isExact: isExact && String(validating: name, as: UTF8.self) != nil)
    }
  }

  private mutating func directory(_ place: Place, in parent: Int32, depth: Int) {
    let path = place.path
    guard depth <= Self.maximumDepth else { return failures.append(.tooDeep(path: path)) }
    // What the caller named may well be a link.
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth == 0 ? 0 : O_NOFOLLOW)
    let descriptor = openat(parent, place.name, flags)
    guard descriptor >= 0 else {
      return errno == ENOTDIR ? failures.append(.notADirectory(path: path)) : fail("open", path)
    }
    guard let stream = fdopendir(descriptor) else {
      fail("opendir", path)
      close(descriptor)
      return
    }
    defer { closedir(stream) }
    for name in names(stream, path) { entry(place.inside(name), in: descriptor, depth: depth) }
  }

  /// The names in a directory, in the order of their bytes.
  private mutating func names(_ stream: OpaquePointer, _ path: String) -> [[UInt8]] {
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { fail("readdir", path) }
        break
      }
      // The name ends within the entry, which lives until the next call.
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
      if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private mutating func entry(_ place: Place, in parent: Int32, depth: Int) {
    var status = stat()
    guard fstatat(parent, place.name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      return fail("stat", place.path)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      directory(place, in: parent, depth: depth + 1)
    case S_IFREG:
      file(place, in: parent)
    case S_IFLNK:
      guard fstatat(parent, place.name, &status, 0) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
      file(place, in: parent)
    default:
      return
    }
  }

  // MARK: Files

  private mutating func file(_ place: Place, in parent: Int32) {
    let path = place.path
    if let suffix, path.utf8.reversed().starts(with: suffix.reversed()) {
      if place.isExact { others.append(path) } else { failures.append(.nameNotUTF8(path: path)) }
      return
    }
    // Should a pipe have taken the file's place, nobody waits for it.
    let descriptor = openat(parent, place.name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return fail("open", path) }
    do throws(CaptureError) {
      let input = try InputFile(descriptor: descriptor, path: path, bufferSize: 4_096)
      guard try Self.isCapture(input) else { return }
      if place.isExact { paths.append(path) } else { failures.append(.nameNotUTF8(path: path)) }
    } catch {
      switch error {
      // Any file may be compressed, or look so; one that is named as a capture is missed.
      case .compressed, .decompression: if Self.isNamedAsCapture(path) { failures.append(error) }
      default: failures.append(error)
      }
    }
  }

  private static func isCapture(_ input: InputFile) throws(CaptureError) -> Bool {
    switch CaptureFormat(magic: try CaptureSource(input).peek(CaptureFormat.magicLength)) {
    case .pcap, .pcapng: true
    case .compressed, nil: false
    }
  }

  /// Whether the name ends as a capture's, or does so before another ending: `a.pcap.xz`.
  private static func isNamedAsCapture(_ path: String) -> Bool {
    let parts = path.split(separator: "/").last?.split(separator: ".") ?? []
    return parts.dropFirst().suffix(2).contains { ["pcap", "pcapng", "cap"].contains($0) }
  }

  private mutating func fail(_ call: String, _ path: String) {
    failures.append(.system(path: path, SystemFailure(call)))
  }
}
