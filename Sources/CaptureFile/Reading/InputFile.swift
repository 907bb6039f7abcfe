import Glibc

/// An open file that is read forwards only, so that a pipe will do.
final class InputFile {
  let path: String
  /// How many bytes there are from where reading began; nil for what is no regular file.
  let byteCount: UInt64?
  /// Where in the file reading began.
  let start: off_t
  /// How many bytes were read.
  private(set) var position: UInt64 = 0
  private(set) var isAtEnd = false

  /// Owned; negative once given away.
  private var descriptor: Int32
  private var buffer: [UInt8]
  /// What of the buffer was read and not yet taken.
  private var range = 0..<0

  /// Takes over the descriptor.
  init(descriptor: Int32, path: String, bufferSize: Int = 64 << 10) throws(CaptureError) {
    self.descriptor = descriptor
    self.path = path
    buffer = [UInt8](repeating: 0, count: bufferSize)
    var status = stat()
    let error: CaptureError? =
      if fstat(descriptor, &status) != 0 {
        .system(path: path, SystemFailure("fstat"))
      } else if status.st_mode & S_IFMT == S_IFDIR {
        .isDirectory(path: path)
      } else {
        nil
      }
    if let error {
      // Not all is set yet, so that nothing else closes it.
      close(descriptor)
      throw error
    }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    // Standard input may be a file that stands somewhere else than at its beginning.
    start = isRegular ? max(0, lseek(descriptor, 0, SEEK_CUR)) : 0
    byteCount = isRegular ? UInt64(max(0, status.st_size - start)) : nil
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Opens the file at `path`, or standard input for `-`.
  convenience init(path: String) throws(CaptureError) {
    let isStandardInput = path == "-"
    let descriptor =
      isStandardInput
      ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      throw .system(path: path, SystemFailure(isStandardInput ? "dup" : "open"))
    }
    try self.init(descriptor: descriptor, path: path)
  }

  /// The descriptor, set back to where reading began, for the caller to own; nil for what cannot be set back.
  func takeDescriptor() -> Int32? {
    guard byteCount != nil, lseek(descriptor, start, SEEK_SET) == start else { return nil }
    defer { descriptor = -1 }
    return descriptor
  }

  // MARK: Bytes

  /// How many bytes are there to be taken.
  var bufferedCount: Int { range.count }

  /// Shows `body` the bytes that are there to be taken.
  func withBuffered<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try buffer.withUnsafeBufferPointer { bytes throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[range]))
    }
  }

  /// Takes this many of the buffered bytes.
  func take(_ count: Int) {
    range = range.lowerBound + count..<range.upperBound
  }

  /// Reads as much as one call gives behind what is buffered; returns whether anything came.
  func fill() throws(CaptureError) -> Bool {
    if range.lowerBound > 0 {
      buffer.moveToFront(range)
      range = 0..<range.count
    }
    let had = range.upperBound
    guard !isAtEnd, had < buffer.count else { return false }
    let count = try buffer.withUnsafeMutableBufferPointer { bytes throws(CaptureError) in
      try read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[had...]))
    }
    range = 0..<had + count
    return count > 0
  }

  /// Reads what is buffered, else as much as one system call gives; 0 at the end.
  func take(into output: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    guard !range.isEmpty else { return isAtEnd ? 0 : try read(into: output) }
    let count = min(range.count, output.count)
    withBuffered { output.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    take(count)
    return count
  }

  private func read(into output: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    var count = -1
    repeat {
      count = Glibc.read(descriptor, output.baseAddress, output.count)
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw .system(path: path, SystemFailure("read")) }
    if count == 0 { isAtEnd = true }
    position += UInt64(count)
    return count
  }
}

extension [UInt8] {
  /// Copies a part of the array to its beginning, in place.
  mutating func moveToFront(_ range: Range<Int>) {
    withUnsafeMutableBytes { bytes in
      // The slice checks that the range lies within the array; the copy allows for overlapping.
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
  }
}
