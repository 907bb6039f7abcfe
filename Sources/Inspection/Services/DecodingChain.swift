/// Removes the content codings of one body, and measures what comes out.
///
/// Nothing of the output is kept. Output beyond the limits ends the decoding: whatever the codings, at most
/// `limits.freeByteCount`, or `limits.ratio` times the coded bytes, and never more than `limits.decodedByteCount`.
final class DecodingChain {
  /// Within a block of this many coded bytes the limit of the output is constant, so that it is passed at the same
  /// byte however the body was split.
  private static let blockByteCount: UInt64 = 65_536

  /// Why there is no decoded body, or what is odd about it.
  struct Trouble: Hashable {
    var problem: ContentProblem
    var detail: String
  }

  private let limits: ContentLimits
  private let digest: (any IncrementalDigest)?
  private let audience: BodyAudience?
  private var decoders: [any ContentDecoder] = []
  /// Of each decoder's output.
  private var byteCounts: [UInt64] = []
  private var codedByteCount: UInt64 = 0
  private(set) var trouble: Trouble?

  /// Makes a chain for codings named in the order in which they were applied.
  init(
    codings: [String], service: any ContentDecodingService, digest: (any IncrementalDigest)?,
    audience: BodyAudience?, limits: ContentLimits
  ) {
    self.limits = limits
    self.digest = digest
    self.audience = audience
    guard codings.count <= limits.codingCount else {
      trouble = Trouble(
        problem: .tooManyCodings,
        detail: "\(codings.count) content codings are more than \(limits.codingCount)")
      return
    }
    for name in codings.reversed() {
      guard let decoder = service.makeDecoder(for: name) else {
        trouble = Trouble(
          problem: .codingUnknown, detail: "no decoder for the content coding \(excerpt(name.utf8))")
        return
      }
      decoders.append(decoder)
    }
    byteCounts = Array(repeating: 0, count: decoders.count)
  }

  /// Takes the next coded bytes.
  func update(_ bytes: Span<UInt8>) {
    var position = 0
    while position < bytes.count, trouble == nil {
      let room = DecodingChain.blockByteCount - codedByteCount % DecodingChain.blockByteCount
      let end = position + min(bytes.count - position, Int(room))
      let blockEnd =
        codedByteCount - codedByteCount % DecodingChain.blockByteCount + DecodingChain.blockByteCount
      _ = decode(bytes.extracting(position..<end), level: 0, allowed: allowance(atCodedByte: blockEnd))
      codedByteCount += UInt64(end - position)
      position = end
    }
  }

  /// The decoded body's size and digest, when all of the coded one was given; nil where it could not be decoded.
  func finish() -> (byteCount: UInt64, sha256: [UInt8]?)? {
    guard trouble == nil else { return nil }
    for decoder in decoders {
      do {
        try decoder.finish()
      } catch .trailingData {
        trouble = Trouble(
          problem: .trailingData, detail: "the content coding ends before the body does")
      } catch {
        note(error)
        return nil
      }
    }
    let byteCount = byteCounts.last ?? 0
    return (byteCount, byteCount > 0 ? digest?.finish() : nil)
  }

  private func allowance(atCodedByte count: UInt64) -> UInt64 {
    let (product, overflow) = count.multipliedReportingOverflow(by: limits.ratio)
    return min(limits.decodedByteCount, max(limits.freeByteCount, overflow ? .max : product))
  }

  /// Runs bytes through the decoders from `level` on; false when the decoding has come to an end.
  private func decode(_ bytes: Span<UInt8>, level: Int, allowed: UInt64) -> Bool {
    guard level < decoders.count else {
      guard bytes.count > 0 else { return true }
      digest?.update(bytes)
      audience?.update(bytes)
      return true
    }
    do {
      try decoders[level].decode(bytes) { output in
        let room = allowed - byteCounts[level]
        byteCounts[level] += min(room, UInt64(output.count))
        guard UInt64(output.count) > room else { return decode(output, level: level + 1, allowed: allowed) }
        // What the limit allows is handed on, so that it does not depend on the size of the pieces.
        if decode(output.extracting(0..<Int(room)), level: level + 1, allowed: allowed) {
          trouble = Trouble(problem: .bomb, detail: "the body decodes to more than \(allowed) bytes")
        }
        return false
      }
    } catch {
      note(error)
    }
    return trouble == nil
  }

  private func note(_ error: ContentDecodingError) {
    guard trouble == nil else { return }
    trouble =
      switch error {
      case .malformed(let text):
        Trouble(problem: .malformed, detail: "the content coding is broken: \(text)")
      case .truncated:
        Trouble(problem: .truncated, detail: "the body ends before its content coding does")
      case .trailingData:
        Trouble(problem: .trailingData, detail: "the content coding ends before the body does")
      }
  }
}
