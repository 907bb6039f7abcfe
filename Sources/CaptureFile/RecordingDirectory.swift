import Glibc

/// A directory into which one service records; no second one gets it while this value lives.
///
/// Files of others in it are never touched, links never followed.
public struct RecordingDirectory: ~Copyable {
  public let path: String

  private let descriptor: Int32
  /// The inodes of captures and sidecars that were looked into and found to be recordings.
  private var known: [RecordingName: [ino_t]] = [:]

  /// Opens and locks the directory, and creates it, with mode 0700, where its parent has none of that name.
  public init(path: String) throws(CaptureError) {
    let descriptor = try Self.open(path)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let failure = SystemFailure("flock")
      close(descriptor)
      throw failure.code == EWOULDBLOCK ? .directoryInUse(path: path) : .system(path: path, failure)
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  private static func open(_ path: String) throws(CaptureError) -> Int32 {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    var descriptor = Glibc.open(path, flags)
    if descriptor < 0, errno == ENOENT {
      guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
        throw .system(path: path, SystemFailure("mkdir"))
      }
      descriptor = Glibc.open(path, flags)
    }
    if descriptor >= 0 { return descriptor }
    let failure = SystemFailure("open")
    throw failure.code == ENOTDIR ? .notADirectory(path: path) : .system(path: path, failure)
  }

  /// Whether `path` still leads here.
  public var isInPlace: Bool { FilePlace(of: descriptor, path: path) == .there }

  /// The bytes that the file system has room for; nil where it does not say.
  public var freeByteCount: UInt64? {
    var status = statvfs()
    guard fstatvfs(descriptor, &status) == 0 else { return nil }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }

  // MARK: Recordings

  /// A recording in the directory.
  public struct Stored: Hashable, Sendable {
    public var name: RecordingName
    /// Of capture and sidecar together.
    public var byteCount: UInt64
  }

  /// What became of a recording that was to be deleted.
  public enum Deletion: Hashable, Sendable {
    case deleted
    /// Somebody has locked its capture: it is being written, or kept.
    case locked
    case failed(SystemFailure)
  }

  /// The recordings here, oldest first: captures with their sidecars, and sidecars whose capture is gone.
  ///
  /// A file counts if its name and its first bytes are those of a recording.
  public mutating func recordings() throws(CaptureError) -> [Stored] {
    let names = Set(try fileNames().compactMap { RecordingName(fileName: $0) })
    known = known.filter { names.contains($0.key) }
    var recordings: [Stored] = []
    for name in names.sorted() {
      if let byteCount = byteCount(of: name) { recordings.append(Stored(name: name, byteCount: byteCount)) }
    }
    return recordings
  }

  /// Deletes a recording, unless its capture is locked.
  public func delete(_ name: RecordingName) -> Deletion {
    let capture = open(name.capture)
    defer { if capture >= 0 { close(capture) } }
    if capture >= 0, flock(capture, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return .locked }
    // The capture first: what a crash in between leaves behind is known for ours.
    for file in [name.capture, name.sidecar] {
      if unlinkat(descriptor, file, 0) != 0, errno != ENOENT { return .failed(SystemFailure("unlink")) }
    }
    return .deleted
  }

  // MARK: Helpers

  private func fileNames() throws(CaptureError) -> [String] {
    // A description of its own, because reading moves its position.
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else {
      let failure = SystemFailure("opendir")
      if copy >= 0 { close(copy) }
      throw .system(path: path, failure)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      // The name ends within the entry, which lives until the next call.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
          String(cString: $0)
        }
      }
      names.append(name)
    }
    return names
  }

  /// The size of a recording; nil where the files are none.
  private mutating func byteCount(of name: RecordingName) -> UInt64? {
    let files = [name.capture, name.sidecar].map { status(of: $0) }
    guard let sidecar = files[1], files.allSatisfy({ $0.map { $0.st_mode & S_IFMT == S_IFREG } ?? true })
    else { return nil }
    let inodes = files.compactMap { $0?.st_ino }
    if known[name] != inodes {
      guard isSidecar(name.sidecar), files[0] == nil || isCapture(name.capture) else { return nil }
      known[name] = inodes
    }
    return UInt64(sidecar.st_size) + UInt64(files[0]?.st_size ?? 0)
  }

  private func status(of file: String) -> stat? {
    var status = stat()
    return fstatat(descriptor, file, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }

  /// Neither follows a link nor waits for what is no file.
  private func open(_ file: String) -> Int32 {
    openat(descriptor, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
  }

  private func isCapture(_ file: String) -> Bool {
    let start = start(of: file, count: 4)
    // The magic number of nanosecond captures, in either byte order.
    return start == [0x4d, 0x3c, 0xb2, 0xa1] || start == [0xa1, 0xb2, 0x3c, 0x4d]
  }

  private func isSidecar(_ file: String) -> Bool {
    let line = start(of: file, count: 4_096).prefix { $0 != UInt8(ascii: "\n") }
    let fields = try? SidecarFields(json: Array(line))
    return fields?.format == SidecarHeader.format
  }

  private func start(of file: String, count: Int) -> [UInt8] {
    let descriptor = open(file)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let had = pread(descriptor, &bytes, count, 0)
    return Array(bytes.prefix(max(0, had)))
  }
}
