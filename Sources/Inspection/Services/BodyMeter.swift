import SessionEvents

/// Measures one body after the other: size and digest, as sent and with the content coding removed.
///
/// It never holds a body, and reads it in place.
final class BodyMeter {
  private let services: InspectionServices
  private let limits: ContentLimits
  private let memory: DecoderMemory
  private let direction: Direction
  private var digest: (any IncrementalDigest)?

  private var byteCount: UInt64 = 0
  private var hasGap = false
  private var start: UInt64 = 0
  private var coding: Coding = .identity
  private var audience: BodyAudience?

  private enum Coding {
    /// The decoded body is the body.
    case identity
    case coded(DecodingChain)
    /// There will be no decoded body; why, where that is a finding.
    case unknown(DecodingChain.Trouble?)
    /// Bytes are missing.
    case lost
  }

  init(_ environment: InspectionEnvironment, direction: Direction) {
    services = environment.services
    limits = environment.limits.content
    memory = environment.decoderMemory
    self.direction = direction
  }

  /// Begins a body at a stream offset; the codings are in lower case, in the order in which they were applied.
  func begin(codings: [[UInt8]], at offset: UInt64, audience: BodyAudience? = nil) {
    self.audience = audience
    byteCount = 0
    hasGap = false
    start = offset
    coding = codings.isEmpty ? .identity : begin(codings)
  }

  private func begin(_ codings: [[UInt8]]) -> Coding {
    let names = codings.map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "identity" && !$0.isEmpty }
    if names.isEmpty { return .identity }
    guard let service = services.decoders else { return .unknown(nil) }
    let chain = DecodingChain(
      codings: names, service: service, digest: services.makeBodyDigest(), audience: audience, memory: memory,
      limits: limits)
    return chain.trouble.map { .unknown($0) } ?? .coded(chain)
  }

  /// Takes the next bytes of the body; `report` gets what is said within it.
  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void) {
    guard bytes.count > 0 else { return }
    if digest == nil { digest = services.makeBodyDigest() }
    digest?.update(bytes)
    byteCount += UInt64(bytes.count)
    switch coding {
    case .identity:
      audience?.updateCoded(bytes)
      audience?.update(bytes, at: sighting, report: report)
    case .coded(let chain):
      audience?.updateCoded(bytes)
      chain.update(bytes, at: sighting, report: report)
    case .unknown: audience?.updateAsSent(bytes)
    case .lost: break
    }
  }

  /// Counts bytes of the body that are missing.
  func skip(_ count: UInt64) {
    guard count > 0 else { return }
    byteCount += count
    hasGap = true
    coding = .lost
  }

  /// Bytes of the body may be missing, nobody knows how many.
  func lose() {
    hasGap = true
    coding = .lost
  }

  /// What the body came to.
  func finish(isComplete: Bool) -> BodyResult {
    var result = BodyResult(at: start, in: direction)
    defer { audience = nil }
    guard byteCount > 0 else {
      // Nothing is wrong with an empty body, whatever its coding (RFC 9110 §8.4.1 knows none, and servers send it).
      result.body = HTTPBody(decodedByteCount: 0)
      return result
    }
    result.body = HTTPBody(byteCount: byteCount)
    let sum = digest?.finish()
    result.body.sha256 = hasGap ? nil : sum
    let end = finishDecoding(isComplete: isComplete, &result)
    audience?.finish(end, asSent: hasGap ? .broken : isComplete ? .complete : .cut, into: &result)
    return result
  }

  private func finishDecoding(isComplete: Bool, _ result: inout BodyResult) -> BodyEnd {
    var end: BodyEnd = isComplete ? .complete : .cut
    switch coding {
    case .identity:
      result.body.decodedByteCount = byteCount
      result.body.decodedSHA256 = result.body.sha256
    case .coded(let chain):
      let decoded = chain.finish(isComplete: isComplete)
      result.body.decodedByteCount = decoded?.byteCount
      result.body.decodedSHA256 = decoded?.sha256
      if let trouble = chain.trouble {
        result.note(trouble.problem, trouble.detail)
        if decoded == nil { end = .broken }
      }
    case .unknown(let trouble):
      if let trouble { result.note(trouble.problem, trouble.detail) }
      end = .undecoded(isComplete: isComplete)
    case .lost:
      end = .broken
    }
    coding = .lost
    return end
  }
}
