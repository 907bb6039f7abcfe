/// A request after which the client may speak something else than HTTP/1: CONNECT, or with Upgrade.
///
/// What the client says before the answer shows is kept, for whoever it is then for.
struct HTTP1Offer {
  enum Item {
    case bytes(Sighting, [UInt8])
    case gap(Sighting, UInt64)
    case halfClosed
  }

  /// What is counted for keeping an item besides its bytes.
  static let itemCost = 64

  let pending: HTTP1Pending
  private(set) var held: [Item] = []
  private(set) var byteCount = 0
  /// What it costs to keep this, in bytes.
  private(set) var cost = 0

  init(_ pending: HTTP1Pending) {
    self.pending = pending
  }

  mutating func hold(_ item: Item) {
    held.append(item)
    cost += HTTP1Offer.itemCost
  }

  /// Keeps bytes from `position` on, until the cost reaches the limit.
  mutating func hold(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting, limit: Int) {
    guard position < bytes.count else { return }
    var run: [UInt8] = []
    if case .bytes(sighting, let last) = held.last {
      run = last
      held.removeLast()
    } else {
      cost += HTTP1Offer.itemCost
    }
    let end = position + min(bytes.count - position, max(0, limit - cost))
    run += bytes[position..<end]
    held.append(.bytes(sighting, run))
    cost += end - position
    byteCount += end - position
    position = end
  }
}
