/// The bytes of a capture from its beginning, decompressed where the file is compressed.
///
/// No more is read ahead than one buffer, and no output is held back: what a pipe has given can be read at once.
final class CaptureSource {
  let input: InputFile
  /// Nil where the file is not compressed.
  let compression: Compression?
  /// How many bytes were given so far, those of `head` included.
  private(set) var byteCount: UInt64 = 0
  /// What ended the bytes before their end; thrown again by every further read.
  private(set) var failure: CaptureError?

  private let decoder: (any StreamDecoder)?
  /// Whether the decoder may have output for which there was no room.
  private var isDecoderFull = false
  /// Bytes that were looked at before they were read.
  private var head: [UInt8] = []

  init(_ input: InputFile) throws(CaptureError) {
    self.input = input
    while input.bufferedCount < CaptureFormat.magicLength, try input.fill() {}
    let magic = input.withBuffered { Array($0.prefix(CaptureFormat.magicLength)) }
    guard case .compressed(let compression) = CaptureFormat(magic: magic) else {
      compression = nil
      decoder = nil
      return
    }
    self.compression = compression
    do throws(DecompressionDefect) {
      switch compression {
      case .gzip: decoder = try GzipDecoder()
      case .zstd: decoder = try ZstdDecoder()
      case .xz, .bzip2, .lz4: decoder = nil
      }
    } catch {
      throw .decompression(path: input.path, compression, offset: 0, error)
    }
    if decoder == nil { throw .compressed(path: input.path, compression) }
  }

  /// The first bytes, fewer only where there are no more; they stay to be read.
  func peek(_ count: Int) throws(CaptureError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var had = 0
    while had < count {
      let more = try bytes.withUnsafeMutableBufferPointer { bytes throws(CaptureError) in
        try read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[had...]))
      }
      if more == 0 { break }
      had += more
    }
    head = Array(bytes.prefix(had)) + head
    byteCount -= UInt64(had)
    return Array(bytes.prefix(had))
  }

  /// Reads some bytes, at least one where there are any; 0 at the end.
  func read(into output: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    if let failure { throw failure }
    let count: Int
    do throws(CaptureError) {
      count = head.isEmpty ? try decode(into: output) : takeHead(into: output)
    } catch {
      failure = error
      throw error
    }
    byteCount += UInt64(count)
    return count
  }

  private func takeHead(into output: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(head.count, output.count)
    output.copyBytes(from: head.prefix(count))
    head.removeFirst(count)
    return count
  }

  private func decode(into output: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
    guard let decoder, let compression else { return try input.take(into: output) }
    while true {
      if input.bufferedCount == 0, !isDecoderFull { _ = try input.fill() }
      do throws(DecompressionDefect) {
        let (taken, put) = try input.withBuffered { bytes throws(DecompressionDefect) in
          try decoder.decode(bytes, into: output)
        }
        input.take(taken)
        isDecoderFull = put == output.count
        if put > 0 { return put }
        guard input.bufferedCount == 0, input.isAtEnd else {
          guard taken > 0 || input.bufferedCount == 0 else { throw .unreadable("no progress") }
          continue
        }
        guard decoder.mayEnd else { throw .cutShort }
        return 0
      } catch {
        throw .decompression(path: input.path, compression, offset: byteCount, error)
      }
    }
  }
}
