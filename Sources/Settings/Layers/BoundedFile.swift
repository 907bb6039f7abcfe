import Glibc
import YAMLText

/// The bytes of a small file.
struct BoundedFile {
  static let limit = 1 << 20

  private(set) var bytes: [UInt8] = []
  private(set) var isWorldWritable = false

  init(path: String) throws(FileFailure) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(errno) }
    defer { close(descriptor) }
    var facts = stat()
    if fstat(descriptor, &facts) == 0 {
      isWorldWritable = facts.st_mode & S_IFMT == S_IFREG && facts.st_mode & S_IWOTH != 0
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(errno) }
      if count == 0 { return }
      bytes.append(contentsOf: chunk.prefix(count))
      guard bytes.count <= Self.limit else { throw FileFailure(reason: "the file is larger than 1 MiB") }
    }
  }

  private static func failure(_ code: Int32) -> FileFailure {
    let hint = code == EACCES ? ": run as root, or let this user read it" : ""
    return FileFailure(
      reason: "cannot read the file: \(String(cString: strerror(code)))\(hint)", isAbsence: code == ENOENT)
  }
}
