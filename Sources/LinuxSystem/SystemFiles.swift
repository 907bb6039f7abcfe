import CLinux
import Glibc

/// The little of files and clocks that the sandbox needs, without Foundation.
package enum SystemFiles {
  /// The whole of a file, also of one in /proc; nil, with errno set, when it cannot be read.
  package static func contents(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return contents(of: descriptor)
  }

  /// From the descriptor's position to the end.
  package static func contents(of descriptor: Int32) -> [UInt8]? {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { return nil }
    var bytes: [UInt8] = []
    // Files in /proc say that they are empty.
    var chunk = [UInt8](repeating: 0, count: max(Int(facts.st_size) + 1, 4096))
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk.prefix(count))
    }
  }

  /// A small text file of /proc or /sys without its line end; nil when it cannot be read.
  package static func line(of path: String) -> String? {
    contents(of: path).map { String(decoding: $0.prefix { $0 != 0x0a }, as: UTF8.self) }
  }

  /// False, with errno set, when not all could be written.
  package static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Writes to a file that exists, in one go, as /proc wants it.
  package static func write(_ text: String, toExisting path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return write(Array(text.utf8), to: descriptor)
  }

  /// A memory file that holds `bytes`, its position at the start; nil, with errno set, on failure.
  package static func memoryFile(named name: String, _ bytes: [UInt8] = []) -> Int32? {
    let descriptor = clinux_memfd(name)
    guard descriptor >= 0 else { return nil }
    guard write(bytes, to: descriptor), lseek(descriptor, 0, SEEK_SET) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  package static func link(at path: String) -> String? {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = target.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), buffer.count) } ?? -1
    }
    return count < 0 ? nil : String(decoding: target.prefix(count), as: UTF8.self)
  }

  /// The path without symbolic links; nil when it leads nowhere.
  package static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The names in a directory, but for those that begin with a dot; empty when it cannot be read.
  package static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  package static func inode(of path: String) -> UInt64? {
    var facts = stat()
    return stat(path, &facts) == 0 ? UInt64(facts.st_ino) : nil
  }

  /// CLOCK_MONOTONIC, which all processes share, in nanoseconds.
  package static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
