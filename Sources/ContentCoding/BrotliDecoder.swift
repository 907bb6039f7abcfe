import CCompression
import Inspection

/// Decodes br (RFC 7932), with windows of up to 16 MiB, which is all that the format allows.
///
/// It holds what the library does, which is a window no larger than what came out, and one buffer of output.
final class BrotliDecoder: ContentDecoder {
  private enum State {
    case decoding
    case ended
    /// The coded data has ended, and the body goes on.
    case trailing
  }

  private static let overheadByteCount = 131_072
  private static let windowByteCount = 16_777_216

  private var state: State = .decoding
  // Owned by this object alone, from init to deinit.
  private let decoder: OpaquePointer
  private let buffer = OutputBuffer()
  private var madeByteCount = 0

  init() {
    guard let decoder = BrotliDecoderCreateInstance(nil, nil, nil) else {
      preconditionFailure("BrotliDecoderCreateInstance: out of memory")
    }
    self.decoder = decoder
  }

  deinit {
    BrotliDecoderDestroyInstance(decoder)
  }

  var heldByteCount: Int {
    BrotliDecoder.overheadByteCount + min(madeByteCount, BrotliDecoder.windowByteCount)
  }

  func decode(
    _ bytes: Span<UInt8>, output deliver: (Span<UInt8>) -> Bool
  ) throws(ContentDecodingError) {
    guard bytes.count > 0 else { return }
    guard case .decoding = state else {
      state = .trailing
      return
    }
    try bytes.withUnsafeBufferPointer { input throws(ContentDecodingError) in
      var nextInput = input.baseAddress
      var inputCount = input.count
      while true {
        var nextOutput = buffer.bytes.baseAddress
        var outputCount = buffer.bytes.count
        let result = BrotliDecoderDecompressStream(
          decoder, &inputCount, &nextInput, &outputCount, &nextOutput, nil)
        let made = buffer.bytes.count - outputCount
        madeByteCount = min(madeByteCount + made, BrotliDecoder.windowByteCount)
        guard buffer.deliver(made, deliver) else { return }
        switch result {
        case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: continue
        case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: return
        case BROTLI_DECODER_RESULT_SUCCESS:
          state = inputCount > 0 ? .trailing : .ended
          return
        default: throw .malformed(problem)
        }
      }
    }
  }

  func finish() throws(ContentDecodingError) {
    switch state {
    case .decoding: throw .truncated
    case .trailing: throw .trailingData
    case .ended: return
    }
  }

  private var problem: String {
    let text = BrotliDecoderErrorString(BrotliDecoderGetErrorCode(decoder))
    return "brotli error " + (text.map { String(cString: $0) } ?? "unknown")
  }
}
