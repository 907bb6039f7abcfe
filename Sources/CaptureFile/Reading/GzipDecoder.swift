import CCompression

/// Decompresses gzip (RFC 1952) of any number of members, and passes over zeros behind the last, as tapes have them.
///
/// It holds zlib's window of 32 KiB.
final class GzipDecoder: StreamDecoder {
  private enum State {
    case inMember
    case betweenMembers
    /// Zeros came behind a member, after which there can be nothing else.
    case padding
  }

  // zlib's state points back at the stream, which therefore must not move: it lives on the heap, owned by this object.
  private let stream: UnsafeMutablePointer<z_stream>
  private var state = State.inMember

  init() throws(DecompressionDefect) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Window bits of 16 + 15: a gzip header, and a window of up to 32 KiB.
    let status = inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    // The stream is given back by `deinit`, which zlib allows for one that was not set up.
    guard status == Z_OK else { throw .unreadable("out of memory") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  var mayEnd: Bool { state != .inMember }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionDefect) -> (taken: Int, put: Int) {
    if state != .inMember {
      guard let first = input.first else { return (0, 0) }
      if first == 0 {
        state = .padding
        return (input.prefix { $0 == 0 }.count, 0)
      }
      guard state == .betweenMembers, first == 0x1f else { throw .unreadable("something else follows it") }
      inflateReset(stream)
      state = .inMember
    }
    return try inflateMember(input, into: output)
  }

  private func inflateMember(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionDefect) -> (taken: Int, put: Int) {
    // zlib reads the input, which C calls mutable nevertheless, and writes the output, both within this call only.
    stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
      .assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(clamping: input.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(clamping: output.count)
    let status = inflate(stream, Z_NO_FLUSH)
    let taken = min(input.count, Int(UInt32.max)) - Int(stream.pointee.avail_in)
    let put = min(output.count, Int(UInt32.max)) - Int(stream.pointee.avail_out)
    switch status {
    case Z_STREAM_END: state = .betweenMembers
    // Neither input nor room was missing where it could go on.
    case Z_OK, Z_BUF_ERROR: break
    default:
      // What was put before the damage is whole; the next call meets it again.
      guard put == 0 else { return (taken, put) }
      throw .unreadable(stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)")
    }
    return (taken, put)
  }
}
