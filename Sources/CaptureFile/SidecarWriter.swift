import CPcap
import Glibc

/// Writes a sidecar: mode 0600, one line after another, buffered until told.
///
/// When a write fails, the file is cut back to its last whole line, and the writer takes no more.
public struct SidecarWriter: ~Copyable {
  public let path: String

  private var descriptor: Int32
  private var formatter = SidecarFormatter()
  private var buffer: [UInt8] = []
  /// The length of the file, whole lines.
  private var offset: Int

  private static let bufferSize = 64 << 10
  /// Kept allocated behind the end of the file, so that a full disk can still be told of.
  private static let reserve = 1024

  /// Creates the file and writes its first line; an existing file is refused, unless `replacing`.
  public init(path: String, header: SidecarHeader, replacing: Bool = false) throws(CaptureError) {
    var formatter = SidecarFormatter()
    let line = formatter.line(header)
    let descriptor = try createOutputFile(path, replacing: replacing)
    let written = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written == line.count else {
      let failure = SystemFailure(call: "write", code: written < 0 ? errno : ENOSPC)
      Glibc.close(descriptor)
      unlink(path)
      throw .system(path: path, failure)
    }
    self.path = path
    self.descriptor = descriptor
    offset = written
    wtReserve(descriptor, offset, Self.reserve)
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Whether lines wait in the buffer.
  public var isDirty: Bool { !buffer.isEmpty }

  /// The size of the file once it is flushed.
  public var byteCount: UInt64 { UInt64(offset + buffer.count) }

  /// Where the file is now.
  public var place: FilePlace { descriptor < 0 ? .there : FilePlace(of: descriptor, path: path) }

  /// Appends a line.
  public mutating func write(_ line: SidecarLine) throws(CaptureError) {
    formatter.append(line, to: &buffer)
    if buffer.count > Self.bufferSize { try flush() }
  }

  /// Gives everything written so far to the kernel.
  public mutating func flush() throws(CaptureError) {
    guard !buffer.isEmpty else { return }
    guard descriptor >= 0 else {
      throw .system(path: path, SystemFailure(call: "write", code: EBADF))
    }
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = SystemFailure("write")
        salvage(written)
        throw .system(path: path, failure)
      }
      written += count
    }
    offset += buffer.count
    buffer.removeAll(keepingCapacity: true)
    // Where the file system cannot, there is no reserve.
    wtReserve(descriptor, offset, Self.reserve)
  }

  /// Flushes and closes the file; does nothing when it is closed already.
  public mutating func close() throws(CaptureError) {
    guard descriptor >= 0 else { return }
    try flush()
    // Gives the reserve back.
    ftruncate(descriptor, offset)
    Glibc.close(descriptor)
    descriptor = -1
  }

  private mutating func salvage(_ written: Int) {
    let whole = buffer[..<written].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    ftruncate(descriptor, offset + whole)
    Glibc.close(descriptor)
    descriptor = -1
    buffer = []
  }
}
