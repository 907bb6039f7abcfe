import CaptureFile
import Glibc
public import Inspection

/// What passed before, so that it is not read again.
///
/// An entry is an empty-handed promise: its name is the digest of everything that the outcome depends on (the program
/// itself, recording, sidecar, golden, rules), and what is in it says that these passed. So an entry cannot be out of
/// date; one that is damaged is none; and of two runs that write the same one either is right. Entries are replaced
/// whole, and are their user's alone (0600 in directories of 0700). Those that nobody asked for in a month are removed.
///
/// Used by several threads: it has no state but its paths and the program's digest.
public struct CheckCache: Sendable {
  private static let magic = "wiretape-check 1\n"
  private static let maximumAge = 30 * 86_400
  private static let pruneInterval = 86_400

  private let directory: String
  private let digests: any DigestService
  private let program: [UInt8]

  /// Uses `wiretape/checks` below this directory, which need not be there.
  ///
  /// Nil where the program's own file cannot be read, by which a change of its parsers is known.
  public init?(below directory: String, digests: any DigestService) {
    self.directory = directory
    self.digests = digests
    let digest = digests.makeSHA256()
    guard Self.add("/proc/self/exe", to: digest) else { return nil }
    program = digest.finish()
  }

  /// What an outcome depends on; to be had before the files are read for it.
  public struct Key: Hashable, Sendable {
    fileprivate let name: String
    /// The files' sizes and times: one that is written to meanwhile has no outcome that can be kept.
    fileprivate let stamps: [FileStamp?]
    fileprivate let paths: [String]
  }

  /// The key of these files and bytes, of which a file may be absent; nil where one cannot be read.
  public func key(files paths: [String], bytes: [[UInt8]]) -> Key? {
    let digest = digests.makeSHA256()
    digest.update(program.span)
    var stamps: [FileStamp?] = []
    for path in paths {
      let stamp = FileStamp(path)
      stamps.append(stamp)
      let part = digests.makeSHA256()
      guard stamp == nil || Self.add(path, to: part) else { return nil }
      digest.update((stamp == nil ? [0] : [1] + part.finish()).span)
    }
    for bytes in bytes {
      let part = digests.makeSHA256()
      part.update(bytes.span)
      digest.update(part.finish().span)
    }
    return Key(name: Hexadecimal.text(digest.finish()), stamps: stamps, paths: paths)
  }

  /// What was kept with an outcome: how many exchanges there were, and which rules met any field.
  public struct Passed: Hashable, Sendable {
    public var exchangeCount: Int
    public var metRules: [Bool]

    public init(exchangeCount: Int, metRules: [Bool]) {
      self.exchangeCount = exchangeCount
      self.metRules = metRules
    }
  }

  /// What is known to have passed; nil where nothing is.
  public func passed(_ key: Key) -> Passed? {
    let path = path(of: key)
    guard let bytes = try? WholeFile.bytes(path, limit: 1 << 20) else { return nil }
    guard let passed = Self.parse(bytes, key) else { return nil }
    // Its time says when it was last of use; a month is coarse, so is this.
    _ = unsafe utimensat(AT_FDCWD, path, nil, 0)
    return passed
  }

  /// Keeps that it passed, unless a file was changed meanwhile; where the cache cannot be written nothing is kept.
  public func keep(_ passed: Passed, for key: Key) {
    guard key.stamps == key.paths.map(FileStamp.init) else { return }
    let path = path(of: key)
    let (place, _) = WholeFile.split(path)
    guard Self.makeDirectories(place) else { return }
    let rules = passed.metRules.map { $0 ? "1" : "0" }.joined()
    let text = Self.magic + "\(key.name)\n\(passed.exchangeCount)\n\(rules)\nend\n"
    try? WholeFile.replace(path, with: Array(text.utf8))
  }

  private static func parse(_ bytes: [UInt8], _ key: Key) -> Passed? {
    guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(magic) else { return nil }
    let lines = text.dropFirst(magic.count).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 5, lines[0] == key.name, lines[3] == "end", let count = Int(lines[1]) else {
      return nil
    }
    return Passed(exchangeCount: count, metRules: lines[2].map { $0 == "1" })
  }

  private func path(of key: Key) -> String {
    "\(directory)/wiretape/checks/\(key.name.prefix(2))/\(key.name.dropFirst(2))"
  }

  // MARK: Files

  private static func add(_ path: String, to digest: any IncrementalDigest) -> Bool {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    var piece = [UInt8](repeating: 0, count: max(1, min(Int(status.st_size) + 1, 1 << 18)))
    while true {
      // The buffer is written during the call only, and is as long as its count says.
      let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return false }
      if count == 0 { return true }
      digest.update(piece.span.extracting(0..<count))
    }
  }

  private static func makeDirectories(_ path: String) -> Bool {
    if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return true }
    guard errno == ENOENT else { return false }
    let (parent, _) = WholeFile.split(path)
    guard parent != path, makeDirectories(parent) else { return false }
    return unsafe mkdir(path, 0o700) == 0 || errno == EEXIST
  }
}

/// By what a change of a file is seen; nil for one that is not there.
private struct FileStamp: Hashable, Sendable {
  private var numbers: [Int64]

  init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    numbers = [
      Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino),
      Int64(status.st_size),
      Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec), Int64(status.st_ctim.tv_sec),
      Int64(status.st_ctim.tv_nsec),
    ]
  }
}

// MARK: Leaving nothing for ever

extension CheckCache {
  /// Removes entries that nobody asked for in a month; looks at most once a day.
  public func prune() {
    let root = "\(directory)/wiretape/checks"
    let mark = "\(root)/pruned"
    let now = time(nil)
    var status = stat()
    if unsafe stat(mark, &status) == 0, now - status.st_mtim.tv_sec < Self.pruneInterval { return }
    guard unsafe access(root, W_OK) == 0, (try? WholeFile.replace(mark, with: [])) != nil else { return }
    for name in Self.names(in: root) where name.utf8.count == 2 {
      for entry in Self.names(in: "\(root)/\(name)") {
        let path = "\(root)/\(name)/\(entry)"
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
          now - status.st_mtim.tv_sec > Self.maximumAge
        else { continue }
        _ = unsafe unlink(path)
      }
    }
  }

  private static func names(in path: String) -> [String] {
    guard let stream = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // The name ends within the entry, which lives until the next call.
      let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      let name = String(decoding: bytes, as: UTF8.self)
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
