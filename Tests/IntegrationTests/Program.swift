import Foundation

/// What a finished program left: its exit status and all that it printed.
struct Output: Hashable, CustomStringConvertible {
  /// 128 + n after signal n, as shells count.
  var status: Int32
  var stdout: String
  var stderr: String

  var lines: [String] {
    stdout.split(separator: "\n").map(String.init)
  }

  /// Everything, for the message of a failed expectation.
  var description: String {
    "exit status \(status)\n-- standard output:\n\(stdout.prefix(4000))\n-- standard error:\n\(stderr.prefix(4000))"
  }
}

/// A child process with its standard streams on given descriptors.
///
/// Not Foundation's `Process`: that one waits for every descendant that outlives the program, too.
struct Program {
  struct NotStarted: Error {
    var path: String
    var code: Int32
  }

  let id: pid_t

  init(_ path: String, _ arguments: [String], streams: [Int32]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, stream) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, stream, Int32(target))
    }
    // Threads of the concurrency runtime block signals, and SwiftNIO ignores SIGPIPE; a child would inherit both.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var usual = none
    sigaddset(&usual, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var id: pid_t = 0
    let code = posix_spawn(&id, path, &actions, &attributes, &words, environ)
    guard code == 0 else { throw NotStarted(path: path, code: code) }
    self.id = id
  }

  /// Waits for its end, and returns its exit status.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
  }

  /// Runs a program to its end; what it prints goes through files, so that no pipe can fill up.
  static func run(_ path: String, _ arguments: [String], input: String = "") throws -> Output {
    let files = try [Data(input.utf8), Data(), Data()].map { try TemporaryFile(holding: $0) }
    let program = try Program(path, arguments, streams: files.map(\.handle.fileDescriptor))
    let status = program.wait()
    return Output(status: status, stdout: try files[1].text(), stderr: try files[2].text())
  }
}

/// A file without a name, gone when it is closed.
private final class TemporaryFile {
  let handle: FileHandle

  init(holding data: Data) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "wiretape-\(UUID().uuidString)")
    try data.write(to: url)
    handle = try FileHandle(forUpdating: url)
    try FileManager.default.removeItem(at: url)
  }

  func text() throws -> String {
    try handle.seek(toOffset: 0)
    return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
  }
}
