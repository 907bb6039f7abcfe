import SessionEvents

/// Removes permessage-deflate (RFC 7692 §7.2.2) from one direction's messages.
///
/// Output beyond the limits ends the inflating of a message: at most `limits.freeByteCount`, or `limits.ratio` times
/// the compressed bytes, and never more than `limits.decodedByteCount`.
final class WebSocketInflation {
  /// Within a block of this many bytes the limit of the output is constant, so that it is passed at the same byte
  /// however the message was split.
  private static let blockByteCount: UInt64 = 65_536
  /// What the sender left out at a message's end.
  private static let tail: [UInt8] = [0, 0, 0xff, 0xff]

  private let service: (any ContentDecodingService)?
  private let limits: ContentLimits
  private let memory: DecoderMemory
  /// Whether a message may refer to those before it.
  private let keepsContext: Bool
  private var inflater: (any MessageInflater)?
  /// Whether an earlier message was not inflated to its end, on which later ones may depend.
  private var isLost = false
  /// Whether bytes of the message are missing.
  private var hasGap = false

  private var takenByteCount: UInt64 = 0
  /// Bytes that came out of the message.
  private(set) var madeByteCount: UInt64 = 0
  /// Why the message cannot be inflated any further.
  private(set) var trouble: Trouble?

  struct Trouble: Hashable {
    var code: String
    var detail: String

    init(_ problem: some FindingCode, _ detail: String) {
      code = problem.rawValue
      self.detail = detail
    }
  }

  init(_ environment: InspectionEnvironment, keepsContext: Bool) {
    service = environment.services.decoders
    limits = environment.limits.content
    memory = environment.decoderMemory
    self.keepsContext = keepsContext
  }

  deinit {
    release()
  }

  /// Begins a message.
  func begin() {
    takenByteCount = 0
    madeByteCount = 0
    trouble = nil
    hasGap = false
    if !keepsContext { isLost = false }
    if isLost {
      let detail = "the message may refer to one before it that could not be inflated"
      trouble = Trouble(WebSocketProblem.contextLost, detail)
    } else if inflater == nil {
      makeInflater()
    } else if !keepsContext {
      inflater?.reset()
    }
  }

  private func makeInflater() {
    guard let inflater = service?.makeMessageInflater() else {
      trouble = Trouble(ContentProblem.codingUnknown, "nothing here inflates messages")
      return
    }
    memory.byteCount += inflater.heldByteCount
    self.inflater = inflater
    guard memory.byteCount > limits.openDecoderByteCount else { return }
    lose()
    let detail = "what is being decoded needs more than \(limits.openDecoderByteCount) bytes of memory"
    trouble = Trouble(ContentProblem.tooManyOpen, detail)
  }

  /// What comes next may refer to what is not known.
  private func lose() {
    isLost = true
    release()
  }

  private func release() {
    if let inflater { memory.byteCount -= inflater.heldByteCount }
    inflater = nil
  }

  /// Takes the next compressed bytes; `output` gets what comes out of them.
  func update(_ bytes: Span<UInt8>, output: (Span<UInt8>) -> Void) {
    var position = 0
    while position < bytes.count, trouble == nil, !hasGap {
      let used = takenByteCount % WebSocketInflation.blockByteCount
      let room = WebSocketInflation.blockByteCount - used
      let end = position + min(bytes.count - position, Int(room))
      inflate(bytes.extracting(position..<end), allowed: allowance(atByte: takenByteCount + room), output)
      takenByteCount += UInt64(end - position)
      position = end
    }
  }

  /// Bytes of the message are missing.
  func skip() {
    hasGap = true
    lose()
  }

  /// The message is over; false where not all of it came out.
  func finish(isComplete: Bool, output: (Span<UInt8>) -> Void) -> Bool {
    guard isComplete, !hasGap else {
      lose()
      return false
    }
    update(WebSocketInflation.tail.span, output: output)
    guard trouble == nil else { return false }
    do {
      try inflater?.finish()
      return true
    } catch {
      fail(error)
      return false
    }
  }

  private func allowance(atByte count: UInt64) -> UInt64 {
    let (product, overflow) = count.multipliedReportingOverflow(by: limits.ratio)
    return min(limits.decodedByteCount, max(limits.freeByteCount, overflow ? .max : product))
  }

  private func inflate(_ bytes: Span<UInt8>, allowed: UInt64, _ output: (Span<UInt8>) -> Void) {
    do {
      try inflater?.decode(bytes) { made in
        let room = allowed - min(madeByteCount, allowed)
        let count = Int(min(UInt64(made.count), room))
        madeByteCount += UInt64(count)
        if count > 0 { output(made.extracting(0..<count)) }
        guard count < made.count else { return true }
        isLost = true
        trouble = Trouble(ContentProblem.bomb, "the message inflates to more than \(allowed) bytes")
        return false
      }
    } catch {
      fail(error)
    }
    if isLost { release() }
  }

  private func fail(_ error: ContentDecodingError) {
    lose()
    trouble =
      switch error {
      case .malformed(let text): Trouble(ContentProblem.malformed, "the compression is broken: \(text)")
      case .truncated, .trailingData:
        Trouble(ContentProblem.truncated, "the message ends within a compressed block")
      }
  }
}
