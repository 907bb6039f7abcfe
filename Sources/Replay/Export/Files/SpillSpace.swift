/// What all `SpilledBytes` of one export share: how many bytes may stay in memory, and blocks of a file for the rest.
///
/// The file is as large as what was held at one time, not as all that ever was: blocks are used again.
final class SpillSpace {
  /// Bytes that may be in memory, of all together.
  static let memoryLimit = 32 << 20
  /// Of one place in the file, and of what one holder keeps in memory.
  static let blockSize = 64 << 10

  private let file: SpillFile
  private let memoryLimit: Int
  private var memoryCount = 0
  private var blockCount = 0
  private var freeBlocks: [Int] = []

  init(in directory: OutputDirectory, memoryLimit: Int = SpillSpace.memoryLimit) {
    file = SpillFile(in: directory)
    self.memoryLimit = memoryLimit
  }

  /// Why what was held is not whole.
  var failure: ExportError? { file.failure }

  /// Blocks that the file has.
  var fileBlockCount: Int { blockCount }

  // MARK: Memory

  /// Whether so many more bytes may be kept in memory; if so they are counted.
  func claimMemory(_ count: Int) -> Bool {
    guard memoryCount + count <= memoryLimit else { return false }
    memoryCount += count
    return true
  }

  func returnMemory(_ count: Int) {
    memoryCount -= count
  }

  // MARK: Blocks

  func takeBlock() -> Int {
    if let block = freeBlocks.popLast() { return block }
    blockCount += 1
    return blockCount - 1
  }

  func returnBlocks(_ blocks: [Int]) {
    freeBlocks += blocks
  }

  func write(_ bytes: Span<UInt8>, block: Int, at offset: Int) {
    // A failure is told when the bytes are read, and by `failure`.
    _ = file.write(bytes, at: block * Self.blockSize + offset)
  }

  func read(_ count: Int, block: Int, into buffer: inout [UInt8]) throws(ExportError) {
    try file.read(count, at: block * Self.blockSize, into: &buffer)
  }
}
