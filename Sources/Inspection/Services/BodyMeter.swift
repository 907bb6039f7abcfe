import SessionEvents

/// Measures one body after the other: size and digest, as sent and with the content coding removed.
///
/// It never holds a body, and reads it in place.
final class BodyMeter {
  private let services: InspectionServices
  private let limits: ContentLimits
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
    /// There will be no decoded body.
    case unknown
  }

  init(_ environment: InspectionEnvironment, direction: Direction) {
    services = environment.services
    limits = environment.limits.content
    self.direction = direction
  }

  /// Begins a body at a stream offset; the codings are in lower case, in the order in which they were applied.
  func begin(codings: [[UInt8]], at offset: UInt64, audience: BodyAudience? = nil) {
    self.audience = audience
    byteCount = 0
    hasGap = false
    start = offset
    guard !codings.isEmpty else {
      coding = .identity
      return
    }
    let names = codings.map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "identity" && !$0.isEmpty }
    if names.isEmpty {
      coding = .identity
    } else if let service = services.decoders {
      let chain = DecodingChain(
        codings: names, service: service, digest: services.makeBodyDigest(), audience: audience,
        limits: limits)
      coding = .coded(chain)
    } else {
      coding = .unknown
      audience?.lose()
    }
  }

  /// Takes the next bytes of the body.
  func update(_ bytes: Span<UInt8>) {
    guard bytes.count > 0 else { return }
    if digest == nil { digest = services.makeBodyDigest() }
    digest?.update(bytes)
    byteCount += UInt64(bytes.count)
    switch coding {
    case .identity: audience?.update(bytes)
    case .coded(let chain): chain.update(bytes)
    case .unknown: break
    }
  }

  /// Counts bytes of the body that are missing.
  func skip(_ count: UInt64) {
    guard count > 0 else { return }
    byteCount += count
    hasGap = true
    coding = .unknown
    audience?.lose()
  }

  /// The measure of the body, and what is wrong with its coding.
  func finish(isComplete: Bool) -> (HTTPBody, Finding?) {
    defer {
      audience?.finish(isComplete: isComplete)
      audience = nil
    }
    // Nothing is wrong with an empty body, whatever its coding (RFC 9110 §8.4.1 knows none, and servers send it).
    guard byteCount > 0 else { return (HTTPBody(decodedByteCount: 0), nil) }
    var body = HTTPBody(byteCount: byteCount)
    let sum = digest?.finish()
    body.sha256 = hasGap ? nil : sum
    switch coding {
    case .identity:
      body.decodedByteCount = byteCount
      body.decodedSHA256 = body.sha256
    case .coded(let chain):
      let decoded = isComplete ? chain.finish() : nil
      body.decodedByteCount = decoded?.byteCount
      body.decodedSHA256 = decoded?.sha256
      coding = .unknown
      let finding = chain.trouble.map { $0.problem.at(start, $0.detail, in: direction) }
      return (body, finding)
    case .unknown:
      break
    }
    return (body, nil)
  }
}
