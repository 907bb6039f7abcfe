import CCompression
import Inspection

/// Decodes zstd (RFC 8878), any number of frames, with windows of up to 8 MiB (RFC 9659 §3); no dictionaries.
///
/// It holds what the library does, which is a window no larger than what came out, and one buffer of output.
final class ZstandardDecoder: ContentDecoder {
  private enum State {
    case decoding
    /// A frame has ended; another may follow.
    case betweenFrames
    /// The coded data has ended, and the body goes on.
    case trailing
  }

  private static let overheadByteCount = 524_288
  private static let windowLog: Int32 = 23
  private static let windowByteCount = 8_388_608

  private var state: State = .decoding
  // Owned by this object alone, from init to deinit.
  private let stream: OpaquePointer
  private let buffer = OutputBuffer()
  private var madeByteCount = 0

  init() {
    guard let stream = ZSTD_createDStream() else { preconditionFailure("ZSTD_createDStream: out of memory") }
    self.stream = stream
    let status = ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZstandardDecoder.windowLog)
    precondition(ZSTD_isError(status) == 0, "ZSTD_DCtx_setParameter failed")
  }

  deinit {
    ZSTD_freeDStream(stream)
  }

  var heldByteCount: Int {
    ZstandardDecoder.overheadByteCount + min(madeByteCount, ZstandardDecoder.windowByteCount)
  }

  func decode(
    _ bytes: Span<UInt8>, output deliver: (Span<UInt8>) -> Bool
  ) throws(ContentDecodingError) {
    guard bytes.count > 0 else { return }
    try bytes.withUnsafeBufferPointer { source throws(ContentDecodingError) in
      var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      while true {
        if case .betweenFrames = state, input.pos < input.size {
          state = ZstandardDecoder.mayBeginFrame(source[input.pos]) ? .decoding : .trailing
        }
        guard case .decoding = state else { return }
        var output = ZSTD_outBuffer(dst: buffer.bytes.baseAddress, size: buffer.bytes.count, pos: 0)
        let status = ZSTD_decompressStream(stream, &output, &input)
        madeByteCount = min(madeByteCount + output.pos, ZstandardDecoder.windowByteCount)
        guard buffer.deliver(output.pos, deliver) else { return }
        guard ZSTD_isError(status) == 0 else {
          throw .malformed("zstd: " + String(cString: ZSTD_getErrorName(status)))
        }
        if status == 0 { state = .betweenFrames }
        // Output that just fills the buffer may have more behind it.
        if input.pos == input.size, output.pos < output.size { return }
      }
    }
  }

  func finish() throws(ContentDecodingError) {
    switch state {
    case .decoding: throw .truncated
    case .trailing: throw .trailingData
    case .betweenFrames: return
    }
  }

  /// Whether a frame, or one that is skipped, may begin with this byte (RFC 8878 §3.1).
  private static func mayBeginFrame(_ byte: UInt8) -> Bool {
    byte == 0x28 || byte & 0xf0 == 0x50
  }
}
