import Foundation

/// A directory that is gone when the last reference to it is.
final class TestFiles: Sendable {
  let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "wiretape-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: directory)
  }

  /// Writes a file, and returns its path.
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = directory.appending(path: name)
    try Data(bytes).write(to: file)
    return file.path
  }
}
