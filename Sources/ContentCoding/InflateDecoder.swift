import CCompression
import Inspection

/// Decodes gzip (RFC 1952), with any number of members, and deflate, both in its zlib wrapping (RFC 1950), which the
/// standard means, and raw (RFC 1951), which some servers send; and messages in raw deflate that refer to one another.
///
/// It holds zlib's window of 32 KiB and one buffer of output, whatever the input.
final class InflateDecoder: MessageInflater {
  enum Format {
    case gzip
    case deflate
    case messages
  }

  private enum State {
    /// Whether deflate is wrapped shows in its first two bytes; here is the first, if it came.
    case undetermined(UInt8?)
    case inflating
    /// A gzip member has ended; another may follow.
    case betweenMembers
    case ended
    /// The coded data has ended, and the body goes on.
    case trailing
  }

  private let format: Format
  private var state: State
  // zlib's state points back at the stream, which therefore must not move: it lives on the heap, and both pointers are
  // owned by this object alone, from init to deinit.
  private let stream: UnsafeMutablePointer<z_stream>
  private let buffer = OutputBuffer()
  private var isInitialized = false

  init(_ format: Format) {
    self.format = format
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    switch format {
    case .gzip:
      state = .inflating
      // Window bits of 16 + 15: expect a gzip header and a window of up to 32 KiB.
      start(windowBits: 31)
    case .deflate:
      state = .undetermined(nil)
    case .messages:
      state = .inflating
      start(windowBits: -15)
    }
  }

  deinit {
    if isInitialized { inflateEnd(stream) }
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// What inflate keeps, and its window.
  var heldByteCount: Int { 49_152 + OutputBuffer.byteCount }

  func decode(
    _ bytes: Span<UInt8>, output deliver: (Span<UInt8>) -> Bool
  ) throws(ContentDecodingError) {
    var position = 0
    while position < bytes.count {
      switch state {
      case .undetermined(let first):
        guard try determine(first, then: bytes[position], deliver) else { return }
        position += 1
      case .inflating:
        guard let count = try inflate(bytes.extracting(position..<bytes.count), deliver) else { return }
        position += count
      case .betweenMembers:
        if bytes[position] == 0x1f {
          inflateReset(stream)
          state = .inflating
        } else {
          state = .trailing
        }
      case .ended, .trailing:
        state = .trailing
        return
      }
    }
  }

  func finish() throws(ContentDecodingError) {
    switch state {
    case .inflating where format == .messages:
      // zlib's `data_type`: 128 stands for "right behind a block".
      guard stream.pointee.data_type & 128 != 0 else { throw .truncated }
    case .undetermined, .inflating: throw .truncated
    case .trailing: throw .trailingData
    case .betweenMembers, .ended: return
    }
  }

  func reset() {
    inflateReset(stream)
    state = .inflating
  }

  /// Looks for a zlib header (RFC 1950 §2.2), and inflates what was held back for it.
  private func determine(
    _ first: UInt8?, then byte: UInt8, _ deliver: (Span<UInt8>) -> Bool
  ) throws(ContentDecodingError) -> Bool {
    let header = first.map { [$0, byte] } ?? [byte]
    if header.count == 1, byte & 0x0f == 8, byte >> 4 <= 7 {
      state = .undetermined(byte)
      return true
    }
    let isWrapped = header.count == 2 && (Int(header[0]) << 8 | Int(header[1])) % 31 == 0
    start(windowBits: isWrapped ? 15 : -15)
    state = .inflating
    return try inflate(header.span, deliver) != nil
  }

  private func start(windowBits: Int32) {
    let status = inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "inflateInit2: out of memory, or another zlib than this was built with")
    isInitialized = true
  }

  /// Inflates to the end of the bytes or of the coded data; returns how many bytes it took, nil where it was stopped.
  private func inflate(
    _ bytes: Span<UInt8>, _ deliver: (Span<UInt8>) -> Bool
  ) throws(ContentDecodingError) -> Int? {
    try bytes.withUnsafeBufferPointer { input throws(ContentDecodingError) in
      // zlib only reads its input, though the field's type does not say so; the pointer is used within this scope.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      defer { stream.pointee.next_in = nil }
      while true {
        stream.pointee.next_out = buffer.bytes.baseAddress
        stream.pointee.avail_out = UInt32(buffer.bytes.count)
        let status = CCompression.inflate(stream, Z_NO_FLUSH)
        let made = buffer.bytes.count - Int(stream.pointee.avail_out)
        guard buffer.deliver(made, deliver) else { return nil }
        switch status {
        case Z_STREAM_END where format == .messages:
          // The next block may still refer to what came before (RFC 7692 §7.2.3.4), so the window stays.
          inflateResetKeep(stream)
          guard stream.pointee.avail_in > 0 else { return input.count }
        case Z_STREAM_END:
          state = format == .gzip ? .betweenMembers : .ended
          return input.count - Int(stream.pointee.avail_in)
        case Z_OK where stream.pointee.avail_out == 0 || stream.pointee.avail_in > 0:
          continue
        case Z_OK, Z_BUF_ERROR:
          return input.count
        default:
          throw .malformed(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
        }
      }
    }
  }
}
