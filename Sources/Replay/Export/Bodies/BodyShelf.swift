import Inspection
import SessionEvents

/// Keeps bodies until their exchange is reported and somebody takes them, or nobody does.
final class BodyShelf: BodyStore {
  /// Which bodies are kept.
  struct Wish {
    var senders: Set<Party>
    /// Bytes of one body; of a longer one none are kept.
    var byteLimit: Int?
    /// Whose bodies keep their content coding.
    var coded: Set<Party> = []
    /// Makes the digest of each body; nil where none is wanted.
    var digests: (any DigestService)?
  }

  private struct Place: Hashable {
    var index: Int
    var sender: Party
  }

  private let wish: Wish
  private let space: SpillSpace
  private var bodies: [SessionID: [Place: ShelvedBody]] = [:]

  init(_ wish: Wish, in space: SpillSpace) {
    self.wish = wish
    self.space = space
  }

  var failure: ExportError? { space.failure }

  func makeSink(for body: BodyID) -> (any BodySink)? {
    guard wish.senders.contains(body.sender) else { return nil }
    let shelved = ShelvedBody(
      SpilledBytes(in: space), byteLimit: wish.byteLimit, isCoded: wish.coded.contains(body.sender),
      digest: wish.digests?.makeSHA256())
    // One that is there already is of a protocol that was taken back.
    bodies[body.session, default: [:]][Place(index: body.index, sender: body.sender)] = shelved
    return shelved
  }

  /// Hands out a body, once; nil where there is none.
  func take(_ sender: Party, of exchange: Exchange) -> ShelvedBody? {
    bodies[exchange.session]?.removeValue(forKey: Place(index: exchange.index, sender: sender))
  }

  /// Forgets the bodies of an exchange.
  func discard(_ exchange: Exchange) {
    for sender in Party.allCases { _ = take(sender, of: exchange) }
  }

  /// Forgets what no exchange of a session took.
  func discard(_ session: SessionID) {
    bodies[session] = nil
  }
}

/// One body, as far as it came and is kept.
final class ShelvedBody: BodySink {
  let bytes: SpilledBytes
  /// Nil while it goes on.
  private(set) var end: BodyEnd?
  /// Bytes that came, kept or not.
  private(set) var byteCount: UInt64 = 0
  /// Whether it is longer than what is kept of one, so that nothing is.
  private(set) var isTooLong = false
  let takesCodedBytes: Bool
  /// Of all bytes that came.
  let digest: (any IncrementalDigest)?
  private let byteLimit: Int?

  init(_ bytes: SpilledBytes, byteLimit: Int?, isCoded: Bool, digest: (any IncrementalDigest)? = nil) {
    self.bytes = bytes
    self.digest = digest
    self.byteLimit = byteLimit
    takesCodedBytes = isCoded
  }

  func write(_ bytes: Span<UInt8>) {
    byteCount += UInt64(bytes.count)
    digest?.update(bytes)
    if let byteLimit, byteCount > UInt64(byteLimit) {
      isTooLong = true
      self.bytes.clear()
    } else {
      self.bytes.append(bytes)
    }
  }

  func finish(_ end: BodyEnd) {
    self.end = end
  }
}
