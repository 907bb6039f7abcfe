import CaptureFile
import Glibc

/// Where an export goes: standard output, or a file that appears when it is whole.
public final class ExportOutput {
  private static let bufferSize = 256 << 10

  /// As it was given; `-` is standard output.
  public let path: String
  private let target: Target
  private var buffer: [UInt8] = []

  private enum Target {
    case standardOutput
    case file(PendingFile, OutputDirectory, name: String, replacing: Bool)
  }

  /// Prepares to write to `path`, or to standard output for `-`; the file gets mode 0600.
  ///
  /// - Throws: Where the file is there already and not `replacing`, or cannot be made.
  public init(path: String, replacing: Bool = false) throws(ExportError) {
    self.path = path
    guard path != "-" else {
      target = .standardOutput
      return
    }
    let (directoryPath, name) = Self.split(path)
    let directory = try OutputDirectory(path: directoryPath)
    guard !name.isEmpty else { throw .notReplaceable(path: path) }
    if replacing {
      try directory.checkReplaceable(name)
    } else if directory.has(name) {
      throw .exists(path: path)
    }
    target = .file(try PendingFile(in: directory), directory, name: name, replacing: replacing)
  }

  /// Refuses to replace a capture that is read by what is made of it.
  public static func checkKeeps(_ capture: String, writing path: String) throws(ExportError) {
    var read = stat()
    var written = stat()
    // Each is filled where the call succeeds, and not looked at otherwise.
    guard capture != "-", path != "-", unsafe stat(capture, &read) == 0, unsafe stat(path, &written) == 0
    else { return }
    if read.st_dev == written.st_dev, read.st_ino == written.st_ino { throw .isInput(path: path) }
  }

  public var isStandardOutput: Bool { path == "-" }

  /// Where what does not fit into memory may go: beside the file, else where temporary files of any size belong.
  func spillDirectory() throws(ExportError) -> OutputDirectory {
    if case .file(_, let directory, _, _) = target { return directory }
    return try .temporary()
  }

  func write(_ bytes: Span<UInt8>) throws(ExportError) {
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count > Self.bufferSize {
      try give(bytes)
    } else {
      buffer.append(bytes)
    }
  }

  func write(_ text: String) throws(ExportError) {
    try write(Array(text.utf8).span)
  }

  /// Writes what is left, and gives the file its name.
  public func commit() throws(ExportError) {
    try flush()
    guard case .file(let file, _, let name, let replacing) = target else { return }
    try file.commit(as: name, replacing: replacing)
  }

  func flush() throws(ExportError) {
    let bytes = buffer
    buffer = []
    if !bytes.isEmpty { try give(bytes.span) }
  }

  private func give(_ bytes: Span<UInt8>) throws(ExportError) {
    switch target {
    case .standardOutput:
      do throws(SystemFailure) {
        try FileBytes.write(bytes, to: STDOUT_FILENO)
      } catch {
        throw .system(path: "-", error)
      }
    case .file(let file, _, _, _):
      try file.write(bytes)
    }
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let directory = path[..<slash]
    return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
  }
}

extension OutputDirectory {
  /// TMPDIR, else /var/tmp, which unlike /tmp is on a disk everywhere.
  static func temporary() throws(ExportError) -> OutputDirectory {
    // The environment does not change while the process runs.
    let named = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    return try OutputDirectory(path: named.isEmpty ? "/var/tmp" : named)
  }
}
