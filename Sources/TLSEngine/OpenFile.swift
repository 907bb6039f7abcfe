import COpenSSL
import Glibc

/// Who must own a file or directory, and who else may do what with it.
struct FileOwnership {
  /// The permission bits that may be set.
  var maximumMode: mode_t
  /// Users who may own it.
  var owners: [uid_t]
  var allowsHardLinks = true

  func check(_ facts: stat, _ path: String) throws(TLSFailure) {
    guard owners.contains(facts.st_uid) else {
      throw .authority(.owner(path: path, found: facts.st_uid, wanted: owners))
    }
    let found = facts.st_mode & 0o777
    guard found & ~maximumMode == 0 else {
      throw .authority(.mode(path: path, found: found, wanted: maximumMode))
    }
    guard allowsHardLinks || facts.st_mode & S_IFMT == S_IFDIR || facts.st_nlink == 1 else {
      throw .authority(.hardLinks(path: path, count: UInt64(facts.st_nlink)))
    }
  }
}

/// Owns an open file.
struct OpenFile: ~Copyable {
  /// No certificate or key is larger.
  static let sizeLimit = 256 << 10

  let path: String
  let descriptor: Int32

  deinit {
    close(descriptor)
  }

  /// Opens a file that somebody brought along, wherever symbolic links lead.
  static func open(_ path: String) throws(TLSFailure) -> OpenFile {
    let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError.failure("open", path: path) }
    return OpenFile(path: path, descriptor: descriptor)
  }

  /// Refuses what is no regular file, and with `ownership` who else might reach it.
  func check(_ ownership: FileOwnership?) throws(TLSFailure) {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemError.failure("fstat", path: path) }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw .authority(.notRegular(path: path)) }
    try ownership?.check(facts, path)
  }

  /// Hands the whole file to `body`, in memory that is wiped afterwards.
  func withContents<Result: ~Copyable>(
    _ body: (UnsafeRawBufferPointer) throws(TLSFailure) -> Result
  ) throws(TLSFailure) -> Result {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.sizeLimit, alignment: 1)
    defer {
      OPENSSL_cleanse(buffer.baseAddress, buffer.count)
      buffer.deallocate()
    }
    var count = 0
    while true {
      guard let free = buffer.baseAddress.map({ $0 + count }), count < buffer.count else {
        throw .unusableFile(path: path, text: "larger than \(Self.sizeLimit >> 10) KiB")
      }
      let read = Glibc.read(descriptor, free, buffer.count - count)
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else { throw SystemError.failure("read", path: path) }
      if read == 0 { break }
      count += read
    }
    return try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let chunk = UnsafeRawBufferPointer(rebasing: rest)
      let written = Glibc.write(descriptor, chunk.baseAddress, chunk.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw SystemError.failure("write", path: path) }
      rest = rest.dropFirst(written)
    }
  }

  func write(_ bytes: [UInt8]) throws(TLSFailure) {
    let result: Swift.Result<Void, TLSFailure> = bytes.withUnsafeBytes { buffer in
      Swift.Result { () throws(TLSFailure) in try self.write(buffer) }
    }
    try result.get()
  }

  /// Writes zeros over all of the file, on the disk too; the file system may keep copies for all that.
  func scrub() {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { return }
    let zeros = [UInt8](repeating: 0, count: min(Int(facts.st_size), Self.sizeLimit))
    pwrite(descriptor, zeros, zeros.count, 0)
    fsync(descriptor)
  }
}
