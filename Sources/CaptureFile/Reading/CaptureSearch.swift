import Glibc

/// Finds the captures in a directory tree.
///
/// A regular file is one if its bytes, decompressed where they are gzip or zstd, begin as a pcap or pcapng file does;
/// other files are passed over in silence. Links to files are followed, links to directories are not.
public struct CaptureSearch {
  /// Directories within directories that are searched.
  public static let maximumDepth = 64

  private var paths: [String] = []
  private var failures: [CaptureError] = []

  /// The paths, each beginning with `path`, in the order of their bytes, and what could not be looked into.
  public static func captures(below path: String) -> (paths: [String], failures: [CaptureError]) {
    var search = CaptureSearch()
    search.directory(AT_FDCWD, name: path, path: path, depth: 0)
    return (search.paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, search.failures)
  }

  // MARK: Directories

  /// Searches the directory `name` of the directory `parent`, which is known to the caller as `path`.
  private mutating func directory(_ parent: Int32, name: String, path: String, depth: Int) {
    guard depth <= Self.maximumDepth else { return failures.append(.tooDeep(path: path)) }
    // What the caller named may well be a link.
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth == 0 ? 0 : O_NOFOLLOW)
    let descriptor = openat(parent, name, flags)
    guard descriptor >= 0 else { return fail("open", path) }
    guard let stream = fdopendir(descriptor) else {
      fail("opendir", path)
      close(descriptor)
      return
    }
    defer { closedir(stream) }
    for entry in entries(stream, path) { self.entry(descriptor, entry, path: path, depth: depth) }
  }

  /// The names in a directory, in the order of their bytes.
  private mutating func entries(_ stream: OpaquePointer, _ path: String) -> [[UInt8]] {
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

  private mutating func entry(_ directory: Int32, _ bytes: [UInt8], path: String, depth: Int) {
    let separator = path.hasSuffix("/") ? "" : "/"
    guard let name = String(validating: bytes, as: UTF8.self) else {
      // A path is text here, and this one would not lead back to the file.
      return failures.append(.nameNotUTF8(path: path + separator + String(decoding: bytes, as: UTF8.self)))
    }
    let path = path + separator + name
    var status = stat()
    guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return fail("stat", path) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      self.directory(directory, name: name, path: path, depth: depth + 1)
    case S_IFREG:
      file(directory, name, path)
    case S_IFLNK:
      guard fstatat(directory, name, &status, 0) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
      file(directory, name, path)
    default:
      return
    }
  }

  // MARK: Files

  private mutating func file(_ directory: Int32, _ name: String, _ path: String) {
    // Should a pipe have taken the file's place, nobody waits for it.
    let descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return fail("open", path) }
    defer { close(descriptor) }
    var magic = [UInt8](repeating: 0, count: CaptureFormat.magicLength)
    let count = read(descriptor, &magic, magic.count)
    guard count >= 0 else { return fail("read", path) }
    switch CaptureFormat(magic: Array(magic.prefix(count))) {
    case .pcap, .pcapng: paths.append(path)
    case .compressed, nil: return
    }
  }

  private mutating func fail(_ call: String, _ path: String) {
    failures.append(.system(path: path, SystemFailure(call)))
  }
}
