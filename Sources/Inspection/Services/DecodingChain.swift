/// Removes the content codings of one body, and measures what comes out.
///
/// Nothing of the output is kept. Output beyond the limits ends the decoding: whatever the codings, at most
/// `limits.freeByteCount`, or `limits.ratio` times the coded bytes, and never more than `limits.decodedByteCount`.
///
/// The libraries get the same pieces however the body was split, so that what they make of broken data does not depend
/// on it: single bytes where a reader waits for what they say, else segments.
final class DecodingChain {
  private static let segmentByteCount = 4_096
  /// Within a block of this many coded bytes, whole segments, the limit of the output is constant.
  private static let blockByteCount: UInt64 = 65_536

  /// Why there is no decoded body, or what is odd about it.
  struct Trouble: Hashable {
    var problem: ContentProblem
    var detail: String
  }

  private let limits: ContentLimits
  private let digest: (any IncrementalDigest)?
  private let audience: BodyAudience?
  private let memory: DecoderMemory
  private let pieceByteCount: Int
  private var decoders: [any ContentDecoder] = []
  /// Of each decoder's output.
  private var byteCounts: [UInt64] = []
  private var codedByteCount: UInt64 = 0
  /// Coded bytes that are less than a piece.
  private var held: [UInt8] = []
  private var lastSighting: Sighting?
  private var countedByteCount = 0
  private(set) var trouble: Trouble?

  /// Makes a chain for codings named in the order in which they were applied.
  init(
    codings: [String], service: any ContentDecodingService, digest: (any IncrementalDigest)?,
    audience: BodyAudience?, memory: DecoderMemory, limits: ContentLimits
  ) {
    self.limits = limits
    self.digest = digest
    self.audience = audience
    self.memory = memory
    pieceByteCount = audience?.hasReader == true ? 1 : DecodingChain.segmentByteCount
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

  deinit {
    memory.byteCount -= countedByteCount
  }

  /// Takes the next coded bytes; `report` gets what the audience says of them.
  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void) {
    lastSighting = sighting
    var position = 0
    while position < bytes.count, trouble == nil {
      let end = position + min(bytes.count - position, pieceByteCount - held.count)
      if end - position == pieceByteCount {
        decode(bytes.extracting(position..<end), at: sighting, report)
      } else {
        for index in position..<end { held.append(bytes[index]) }
        if held.count == pieceByteCount { decodeHeld(at: sighting, report) }
      }
      position = end
    }
  }

  /// Nothing more comes: the decoded body's size and digest, when all of the coded one was given; nil where it could
  /// not be decoded.
  func finish(isComplete: Bool) -> (byteCount: UInt64, sha256: [UInt8]?)? {
    // A reader got every byte at once, so that none waits to be heard.
    if trouble == nil, !held.isEmpty, let lastSighting { decodeHeld(at: lastSighting) { _ in } }
    guard isComplete, trouble == nil else { return nil }
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

  private func decodeHeld(at sighting: Sighting, _ report: (BodyReport) -> Void) {
    let piece = held
    held.removeAll(keepingCapacity: true)
    decode(piece.span, at: sighting, report)
  }

  /// Runs one piece through the decoders.
  private func decode(_ piece: Span<UInt8>, at sighting: Sighting, _ report: (BodyReport) -> Void) {
    let blockEnd =
      codedByteCount - codedByteCount % DecodingChain.blockByteCount + DecodingChain.blockByteCount
    codedByteCount += UInt64(piece.count)
    _ = decode(piece, level: 0, allowed: allowance(atCodedByte: blockEnd)) { output in
      digest?.update(output)
      audience?.update(output, at: sighting, report: report)
    }
    if trouble != nil { decoders = [] }
    countMemory()
  }

  private func allowance(atCodedByte count: UInt64) -> UInt64 {
    let (product, overflow) = count.multipliedReportingOverflow(by: limits.ratio)
    return min(limits.decodedByteCount, max(limits.freeByteCount, overflow ? .max : product))
  }

  /// Runs bytes through the decoders from `level` on; false when the decoding has come to an end.
  private func decode(
    _ bytes: Span<UInt8>, level: Int, allowed: UInt64, _ receive: (Span<UInt8>) -> Void
  ) -> Bool {
    guard level < decoders.count else {
      if bytes.count > 0 { receive(bytes) }
      return true
    }
    do {
      try decoders[level].decode(bytes) { output in
        let room = allowed - byteCounts[level]
        byteCounts[level] += min(room, UInt64(output.count))
        guard UInt64(output.count) > room else {
          return decode(output, level: level + 1, allowed: allowed, receive)
        }
        // What the limit allows is handed on.
        if decode(output.extracting(0..<Int(room)), level: level + 1, allowed: allowed, receive) {
          trouble = Trouble(problem: .bomb, detail: "the body decodes to more than \(allowed) bytes")
        }
        return false
      }
    } catch {
      note(error)
    }
    return trouble == nil
  }

  private func countMemory() {
    let byteCount = decoders.reduce(0) { $0 + $1.heldByteCount }
    memory.byteCount += byteCount - countedByteCount
    countedByteCount = byteCount
    guard memory.byteCount > limits.openDecoderByteCount, trouble == nil else { return }
    memory.byteCount -= countedByteCount
    countedByteCount = 0
    decoders = []
    trouble = Trouble(
      problem: .tooManyOpen,
      detail:
        "the bodies that are being decoded need more than \(limits.openDecoderByteCount) bytes of memory")
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

/// Counts the memory that all open decoders hold together.
final class DecoderMemory {
  var byteCount = 0
}
