import Glibc
import Synchronization

/// A copy of the probe in a directory that every user can reach, removed when the tests end.
final class ProbeBinary: Sendable {
  static let shared = Result { try ProbeBinary() }

  let directory: String
  var path: String { "\(directory)/SandboxProbe" }

  /// The executable stands beside the test bundle.
  private init() throws {
    var template = Array("/tmp/wiretape-sandbox-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ProbeProcess.Failure(call: "mkdtemp", code: errno) }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(directory, 0o755)
    var link = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &link, link.count)
    let tests = String(decoding: link.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let probe = tests.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/SandboxProbe"
    let copied = Self.copy(probe, to: path)
    guard copied else { throw ProbeProcess.Failure(call: "copy \(probe)", code: errno) }
    // A static is never deinitialized.
    Self.directoryToRemove.withLock { $0 = directory }
    atexit {
      let directory = ProbeBinary.directoryToRemove.withLock { $0 }
      unlink("\(directory)/SandboxProbe")
      rmdir(directory)
    }
  }

  private static let directoryToRemove = Mutex("")

  private static func copy(_ source: String, to target: String) -> Bool {
    let input = open(source, O_RDONLY | O_CLOEXEC)
    let output = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0o755)
    guard input >= 0, output >= 0 else { return false }
    defer {
      close(input)
      close(output)
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(input, &chunk, chunk.count)
      if count <= 0 { return count == 0 }
      guard write(output, chunk, count) == count else { return false }
    }
  }
}
