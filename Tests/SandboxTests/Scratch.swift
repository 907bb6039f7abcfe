import Glibc

/// A directory that everyone can read, removed with all that is in it when the object goes.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/wiretape-scratch-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ProbeProcess.Failure(call: "mkdtemp", code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(path, 0o755)
  }

  deinit {
    Self.remove(path)
  }

  /// What is in the directory.
  var names: [String] { Self.names(in: path) }

  private static func remove(_ path: String) {
    guard unlink(path) != 0 else { return }
    for name in names(in: path) { remove("\(path)/\(name)") }
    rmdir(path)
  }

  private static func names(in path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func makeDirectories(_ relativePath: String) {
    var built = path
    for part in relativePath.split(separator: "/") {
      built += "/\(part)"
      mkdir(built, 0o755)
    }
  }

  /// Makes a file and returns its path.
  func file(_ name: String, _ contents: String) -> String {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    _ = write(descriptor, contents, contents.utf8.count)
    close(descriptor)
    return file
  }

  func link(_ name: String, to target: String) -> String {
    symlink(target, "\(path)/\(name)")
    return "\(path)/\(name)"
  }

  static func contents(of path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk.prefix(count)
    }
  }
}
