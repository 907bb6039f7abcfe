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
  /// How many bytes to give next, so that they are one frame's header, one block or one block's header.
  private var pieceLength = frameHeaderLength

  private static let frameHeaderLength = 6
  private static let blockHeaderLength = 3

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
    // A frame begins with its first byte; without one, libzstd would call even the end of the last unfinished.
    if mayEnd, input.isEmpty { return (0, 0) }
    // A call that fails does not say how much it put before: so none is given more than one thing that can be damaged.
    let piece = UnsafeRawBufferPointer(rebasing: input.prefix(pieceLength))
    var inBuffer = ZSTD_inBuffer(src: piece.baseAddress, size: piece.count, pos: 0)
    var outBuffer = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = ZSTD_decompressStream(stream, &outBuffer, &inBuffer)
    guard ZSTD_isError(status) == 0 else { throw .unreadable(String(cString: ZSTD_getErrorName(status))) }
    mayEnd = status == 0
    // libzstd wishes for a block and the header of the next.
    pieceLength =
      switch status {
      case 0: Self.frameHeaderLength
      case ...Self.blockHeaderLength: status
      default: status - Self.blockHeaderLength
      }
    return (inBuffer.pos, outBuffer.pos)
  }
}
