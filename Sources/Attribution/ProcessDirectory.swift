import CLinux
import Glibc

/// A process's directory in /proc, held open.
///
/// Once the process has ended nothing can be read here any more, even if another one has its number by then.
struct ProcessDirectory: ~Copyable {
  let pid: Int32
  private let directory: Int32

  /// Nil where there is no such process, or it cannot be seen.
  init?(pid: Int32) {
    directory = clinux_open_process(pid)
    guard directory >= 0 else { return nil }
    self.pid = pid
  }

  deinit {
    close(directory)
  }

  /// Whether its sockets may be this user's: it runs as that user, or hides as whom (proc(5), "root").
  func mayBelong(to uid: UInt32) -> Bool {
    var facts = stat()
    return fstat(directory, &facts) == 0 && (facts.st_uid == uid || facts.st_uid == 0)
  }

  /// The first bytes of a file, at most `limit`; nil where it cannot be read.
  func contents(of name: String, limit: Int) -> [UInt8]? {
    file(name)?.contents(limit: limit)
  }

  func file(_ name: String) -> ProcFile? {
    ProcFile(openat(directory, name, O_RDONLY | O_CLOEXEC))
  }

  func link(_ name: String) -> [UInt8]? {
    let target = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, filled in
      // Bytes and C characters have the same layout.
      let characters = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: CChar.self)
      guard let address = characters.baseAddress else { return }
      filled = max(0, readlinkat(directory, name, address, characters.count))
    }
    return target.isEmpty ? nil : target
  }

  /// The descriptor that is this socket, looked for near `near` alone if that is given.
  func descriptor(ofSocket inode: UInt32, near: Int32? = nil) -> Int32? {
    let descriptor =
      near.map { clinux_descriptor_near(directory, inode, $0) } ?? clinux_descriptor_of(directory, inode)
    return descriptor < 0 ? nil : descriptor
  }
}
