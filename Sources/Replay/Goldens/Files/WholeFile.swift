import CaptureFile
import Glibc

/// A file that is read or replaced as a whole.
public enum WholeFile {
  /// The bytes of the file at `path`.
  ///
  /// - Throws: `tooLarge` where there are more than `limit`.
  public static func bytes(_ path: String, limit: Int) throws(GoldenError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .system(path: path, SystemFailure(lastCall: "open")) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(size(descriptor) + 1, 1 << 20))
    while true {
      // The buffer is written during the call only, and is as long as its count says.
      let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(path: path, SystemFailure(lastCall: "read")) }
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else { throw .tooLarge(path: path, limit: limit) }
      bytes.append(contentsOf: piece[..<count])
    }
  }

  /// Puts a file with these bytes in place of the one at `path`, which is whole at any moment: the old or the new.
  ///
  /// A new file is its user's alone (0600); one that replaces another has its permissions.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(GoldenError) {
    let (directory, name) = split(path)
    do throws(ExportError) {
      let place = try OutputDirectory(path: directory)
      var status = stat()
      let isThere = unsafe stat(path, &status) == 0
      let file = try PendingFile(in: place)
      try file.write(bytes.span)
      try file.commit(as: name, replacing: true)
      // Its owner made it a moment ago, and may; where the system refuses, 0600 stands.
      if isThere { _ = unsafe chmod(path, status.st_mode & 0o777) }
    } catch {
      throw GoldenError(error)
    }
  }

  /// The directory of a path, and the name in it.
  static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let directory = path[..<slash]
    return (directory.isEmpty ? "/" : String(directory), String(path[path.utf8.index(after: slash)...]))
  }

  private static func size(_ descriptor: Int32) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return 1 << 16 }
    return max(0, Int(status.st_size))
  }
}
