/// Bytes of any number, most of them in a file where they are many.
final class SpilledBytes {
  private let space: SpillSpace
  /// Each full but the last.
  private var blocks: [Int] = []
  private var storedCount = 0
  /// What follows the stored bytes.
  private var tail: [UInt8] = []

  init(in space: SpillSpace) {
    self.space = space
  }

  deinit {
    clear()
  }

  var count: Int { storedCount + tail.count }
  /// How many of them are in memory.
  var memoryCount: Int { tail.count }

  func append(_ bytes: Span<UInt8>) {
    if tail.count + bytes.count <= SpillSpace.blockSize, space.claimMemory(bytes.count) {
      tail.append(bytes)
    } else {
      storeTail()
      store(bytes)
    }
  }

  /// Hands over all bytes in order, in pieces.
  func forEachPiece(_ body: (Span<UInt8>) throws(ExportError) -> Void) throws(ExportError) {
    var buffer: [UInt8] = []
    for (index, block) in blocks.enumerated() {
      let count = min(SpillSpace.blockSize, storedCount - index * SpillSpace.blockSize)
      try space.read(count, block: block, into: &buffer)
      try body(buffer.span)
    }
    let rest = tail
    if !rest.isEmpty { try body(rest.span) }
  }

  /// All bytes; nil where they are more than `limit`.
  func collected(limit: Int) throws(ExportError) -> [UInt8]? {
    guard count <= limit else { return nil }
    if blocks.isEmpty { return tail }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    try forEachPiece { piece throws(ExportError) in bytes.append(piece) }
    return bytes
  }

  /// Forgets all bytes.
  func clear() {
    space.returnBlocks(blocks)
    space.returnMemory(tail.count)
    blocks = []
    storedCount = 0
    tail = []
  }

  private func storeTail() {
    let bytes = tail
    tail = []
    space.returnMemory(bytes.count)
    store(bytes.span)
  }

  private func store(_ bytes: Span<UInt8>) {
    var position = 0
    while position < bytes.count {
      let offset = storedCount % SpillSpace.blockSize
      if offset == 0 { blocks.append(space.takeBlock()) }
      guard let block = blocks.last else { return }
      let count = min(SpillSpace.blockSize - offset, bytes.count - position)
      space.write(bytes.extracting(position..<position + count), block: block, at: offset)
      position += count
      storedCount += count
    }
  }
}

extension [UInt8] {
  mutating func append(_ bytes: Span<UInt8>) {
    // The buffer is read during the call only.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
