import Inspection

/// Keeps a hash of every body, and how it ended.
final class HashedBodies: BodyStore {
  struct Body: Hashable {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var byteCount = 0
    var end: BodyEnd
  }

  private(set) var ended: [BodyID: Body] = [:]

  func makeSink(for body: BodyID) -> (any BodySink)? { Sink(body, self) }

  private final class Sink: BodySink {
    private let id: BodyID
    private let bodies: HashedBodies
    private var body = Body(end: .cut)

    init(_ id: BodyID, _ bodies: HashedBodies) {
      self.id = id
      self.bodies = bodies
    }

    /// FNV-1a.
    func write(_ bytes: Span<UInt8>) {
      for index in bytes.indices { body.hash = (body.hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
      body.byteCount += bytes.count
    }

    func finish(_ end: BodyEnd) {
      body.end = end
      bodies.ended[id] = body
    }
  }
}
