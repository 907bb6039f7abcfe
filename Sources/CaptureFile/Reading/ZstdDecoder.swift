import CCompression

/// Decompresses zstd (RFC 8878) of any number of frames, with skippable ones among them.
///
/// It holds a window as large as the frame asks for, at most `maximumWindowLog`.
final class ZstdDecoder: StreamDecoder {
  /// The largest window that is not refused, as a power of 2: 128 MiB, which `zstd --long` uses.
  ///
  /// Memory is taken only as far as bytes come.
  static let maximumWindowLog: Int32 = 27

  private let stream: OpaquePointer
  private(set) var mayEnd = true
  /// What stopped it, after the bytes before it were put.
  private var defect: DecompressionDefect?

  init() throws(DecompressionDefect) {
    guard let stream = ZSTD_createDStream() else { throw .unreadable("out of memory") }
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.maximumWindowLog)
    self.stream = stream
  }

  deinit {
    ZSTD_freeDStream(stream)
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionDefect) -> (taken: Int, put: Int) {
    if let defect { throw defect }
    // A frame begins with its first byte; without one, libzstd would call even the end of the last unfinished.
    if mayEnd, input.isEmpty { return (0, 0) }
    var inBuffer = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var outBuffer = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = ZSTD_decompressStream(stream, &outBuffer, &inBuffer)
    if ZSTD_isError(status) != 0 {
      let defect = DecompressionDefect.unreadable(String(cString: ZSTD_getErrorName(status)))
      guard outBuffer.pos > 0 else { throw defect }
      self.defect = defect
    } else {
      mayEnd = status == 0
    }
    return (inBuffer.pos, outBuffer.pos)
  }
}
