import SessionEvents

/// Measures one message after the other: as on the wire without its mask, and with permessage-deflate removed too.
///
/// It holds no more of a message than its first bytes.
final class WebSocketMeter {
  private let services: InspectionServices
  private let excerptByteCount: Int
  private var digest: (any IncrementalDigest)?
  private var decodedDigest: (any IncrementalDigest)?

  private var byteCount: UInt64 = 0
  private var hasGap = false
  private var inflation: WebSocketInflation?
  private var text: UTF8Check?
  private var excerpt: [UInt8] = []
  private let store: (any BodyStore)?
  private var body: BodyID?
  private var sink: (any BodySink)?

  init(_ environment: InspectionEnvironment) {
    services = environment.services
    store = environment.bodies
    excerptByteCount = environment.limits.webSocket.excerptByteCount
  }

  /// Begins a message; `inflation` is given where it is compressed, `body` where it may be stored.
  func begin(isText: Bool, inflation: WebSocketInflation? = nil, body: BodyID? = nil) {
    byteCount = 0
    hasGap = false
    text = isText ? UTF8Check() : nil
    excerpt = []
    self.inflation = inflation
    self.body = body
    sink = nil
    inflation?.begin()
  }

  /// Takes the next bytes of the message.
  func update(_ bytes: Span<UInt8>) {
    guard bytes.count > 0 else { return }
    if digest == nil { digest = services.makeBodyDigest() }
    digest?.update(bytes)
    byteCount += UInt64(bytes.count)
    if let inflation {
      inflation.update(bytes, output: receiveInflated)
    } else {
      receive(bytes)
    }
  }

  /// Counts bytes of the message that are missing.
  func skip(_ count: UInt64) {
    byteCount += count
    hasGap = true
    inflation?.skip()
  }

  /// The measure of the message.
  func finish(isComplete: Bool) -> Measure {
    var body = HTTPBody(byteCount: byteCount)
    let sum = byteCount > 0 ? digest?.finish() : nil
    body.sha256 = hasGap ? nil : sum
    var isWhole = isComplete && !hasGap
    var trouble: WebSocketInflation.Trouble?
    if let inflation {
      isWhole = inflation.finish(isComplete: isWhole, output: receiveInflated)
      trouble = inflation.trouble
      let sum = decodedDigest?.finish()
      if isWhole {
        body.decodedByteCount = inflation.madeByteCount
        body.decodedSHA256 = inflation.madeByteCount > 0 ? sum : nil
      }
    } else if !hasGap {
      body.decodedByteCount = byteCount
      body.decodedSHA256 = body.sha256
    }
    sink?.finish(hasGap || trouble != nil ? .broken : isComplete ? .complete : .cut)
    defer { inflation = nil }
    return Measure(
      body: body, excerpt: shownExcerpt, trouble: trouble,
      isValidText: text.map { isWhole ? $0.isWhole : $0.isValid } ?? true)
  }

  struct Measure {
    var body: HTTPBody
    var excerpt: [UInt8]
    /// Why it could not be inflated.
    var trouble: WebSocketInflation.Trouble?
    var isValidText: Bool
  }

  private func receiveInflated(_ bytes: Span<UInt8>) {
    if decodedDigest == nil { decodedDigest = services.makeBodyDigest() }
    decodedDigest?.update(bytes)
    receive(bytes)
  }

  /// Takes bytes as the application gets them.
  private func receive(_ bytes: Span<UInt8>) {
    guard !hasGap else { return }
    text?.update(bytes)
    if let body {
      sink = store?.makeSink(for: body)
      self.body = nil
    }
    sink?.write(bytes)
    let room = excerptByteCount - excerpt.count
    for index in 0..<min(max(0, room), bytes.count) { excerpt.append(bytes[index]) }
  }

  /// The first bytes, without a character of UTF-8 that is cut.
  private var shownExcerpt: [UInt8] {
    guard text?.isValid == true, excerpt.count == excerptByteCount else { return excerpt }
    var end = excerpt.count
    while end > 0, excerpt.count - end < 4, excerpt[end - 1] & 0xc0 == 0x80 { end -= 1 }
    guard end > 0 else { return excerpt }
    let lead = excerpt[end - 1]
    let needed = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0
    return excerpt.count - end < needed ? Array(excerpt[..<(end - 1)]) : excerpt
  }
}
