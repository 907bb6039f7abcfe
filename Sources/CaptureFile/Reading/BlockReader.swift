import SessionEvents

/// Reads a pcapng file block after block (draft-ietf-opsawg-pcapng).
///
///      0   Block Type
///      4   Block Total Length: of all of this, a multiple of 4
///      8   Body …
///      n   Block Total Length again
///
/// Sections may differ in byte order, interfaces in everything. Blocks that carry no packets (name resolution, secrets,
/// statistics, custom and unknown ones) are passed over without being held.
struct BlockReader: ~Copyable {
  /// Blocks of the types that are read are no longer than this.
  static let largestBlock = 1 << 20
  /// Interfaces of one section.
  static let mostInterfaces = 65_536

  private var packetCount: UInt64 = 0
  private var buffer: BlockBuffer
  private var order = ByteOrder.little
  /// Of the section that is being read.
  private var interfaces: [CaptureInterface] = []
  /// Of the last packet that had one.
  private var lastTime = Timestamp(nanoseconds: 0)

  private enum BlockType {
    case section
    case interface
    case packet(PacketBlock.Layout)
    case other

    init(_ number: UInt32) {
      switch number {
      case BlockReader.sectionNumber: self = .section
      case 1: self = .interface
      case 2: self = .packet(.obsolete)
      case 3: self = .packet(.simple)
      case 6: self = .packet(.enhanced)
      default: self = .other
      }
    }

    /// The length of a block without options or data.
    var minimumLength: Int {
      switch self {
      case .section: 28
      case .interface: 20
      case .packet(.enhanced), .packet(.obsolete): 32
      case .packet(.simple): 16
      case .other: 12
      }
    }
  }

  /// The same in either byte order.
  private static let sectionNumber: UInt32 = 0x0a0d_0d0a

  /// Reads the first section's header.
  init(_ source: CaptureSource) throws(CaptureError) {
    buffer = BlockBuffer(source)
    do throws(CaptureError) {
      try readBlock(try header())
    } catch {
      guard case .block(let path, offset: 0, .cutShort) = error else { throw error }
      throw .truncatedHeader(path: path)
    }
  }

  /// Hands the next packet's bytes to `body`; nil at the end.
  ///
  /// A packet without a time gets that of the one before.
  mutating func next<Result>(
    _ body: (CapturedPacket, Span<UInt8>) -> Result
  ) throws(CaptureError) -> Result? {
    while let header = try header() {
      guard case .packet(let layout) = header.type else {
        try readBlock(header)
        continue
      }
      try loadWhole(header)
      let result = try deliver(header, layout, body)
      _ = try buffer.skip(UInt64(header.length))
      return result
    }
    return nil
  }

  // MARK: Blocks

  private struct Header {
    var type: BlockType
    var length: UInt32
  }

  /// The beginning of the next block, its length checked; nil at the end of the file.
  private mutating func header() throws(CaptureError) -> Header? {
    guard try buffer.load(8) else {
      if buffer.range.isEmpty { return nil }
      throw failure(.cutShort)
    }
    if number(at: 0) == Self.sectionNumber { try beginSection() }
    let header = Header(type: BlockType(number(at: 0)), length: number(at: 4))
    guard header.length % 4 == 0, header.length >= header.type.minimumLength else {
      throw failure(.length(header.length))
    }
    return header
  }

  /// Takes the byte order of a section from its header, whose very length is written in it.
  private mutating func beginSection() throws(CaptureError) {
    guard try buffer.load(12) else { throw failure(.cutShort) }
    order = .little
    switch number(at: 8) {
    case 0x1a2b_3c4d: order = .little
    case 0x4d3c_2b1a: order = .big
    case let magic: throw failure(.byteOrder(magic))
    }
  }

  /// Reads a block without a packet.
  private mutating func readBlock(_ header: Header?) throws(CaptureError) {
    guard let header else { return }
    switch header.type {
    case .section:
      try loadWhole(header)
      try readSection(header)
    case .interface:
      try loadWhole(header)
      try readInterface(header)
    case .packet, .other:
      return try passOver(header)
    }
    _ = try buffer.skip(UInt64(header.length))
  }

  private mutating func passOver(_ header: Header) throws(CaptureError) {
    let start = buffer.offset
    guard try buffer.skip(UInt64(header.length) - 4), try buffer.load(4) else {
      throw failure(.cutShort, at: start)
    }
    let last = number(at: 0)
    guard last == header.length else { throw failure(.lengthsDiffer(header.length, last), at: start) }
    _ = try buffer.skip(4)
  }

  /// Has the whole block in the window, its two lengths compared.
  private mutating func loadWhole(_ header: Header) throws(CaptureError) {
    guard header.length <= Self.largestBlock else {
      throw failure(.tooLong(header.length, limit: Self.largestBlock))
    }
    guard try buffer.load(Int(header.length)) else {
      guard case .packet = header.type else { throw failure(.cutShort) }
      let end = buffer.offset + UInt64(buffer.range.count)
      throw .truncated(path: buffer.source.input.path, packet: packetCount + 1, offset: end)
    }
    let last = number(at: Int(header.length) - 4)
    guard last == header.length else { throw failure(.lengthsDiffer(header.length, last)) }
  }

  // MARK: Contents

  private mutating func readSection(_ header: Header) throws(CaptureError) {
    do throws(BlockDefect) {
      let block = buffer.storage.span.extracting(buffer.range).extracting(first: Int(header.length))
      let (major, minor) = (block.uint16(at: 12, order), block.uint16(at: 14, order))
      // Minor version 2 is what some programs write, without a difference.
      guard major == 1, minor == 0 || minor == 2 else { throw .version(major: major, minor: minor) }
      try forEachOption(in: block, from: 24, order) { _, _ throws(BlockDefect) in }
    } catch {
      throw failure(error)
    }
    interfaces = []
  }

  private mutating func readInterface(_ header: Header) throws(CaptureError) {
    guard interfaces.count < Self.mostInterfaces else {
      throw failure(.tooManyInterfaces(limit: Self.mostInterfaces))
    }
    let interface: CaptureInterface
    do throws(BlockDefect) {
      let block = buffer.storage.span.extracting(buffer.range).extracting(first: Int(header.length))
      interface = try CaptureInterface(block, order)
    } catch {
      throw failure(error)
    }
    interfaces.append(interface)
  }

  private mutating func deliver<Result>(
    _ header: Header, _ layout: PacketBlock.Layout, _ body: (CapturedPacket, Span<UInt8>) -> Result
  ) throws(CaptureError) -> Result {
    let packet: PacketBlock
    do throws(BlockDefect) {
      let block = buffer.storage.span.extracting(buffer.range).extracting(first: Int(header.length))
      packet = try PacketBlock(block, layout, order, interfaces: interfaces)
    } catch {
      throw failure(error)
    }
    packetCount += 1
    lastTime = packet.time ?? lastTime
    let captured = CapturedPacket(
      number: packetCount, time: lastTime, originalLength: packet.originalLength,
      linkNumber: packet.linkNumber)
    return body(captured, buffer.storage.span.extracting(buffer.range).extracting(packet.bytes))
  }

  // MARK: Helpers

  /// The number of 32 bits at `offset` of the window, which holds it.
  private func number(at offset: Int) -> UInt32 {
    buffer.storage.span.uint32(at: buffer.range.lowerBound + offset, order)
  }

  /// What is wrong with the block at the beginning of the window.
  private func failure(_ defect: BlockDefect) -> CaptureError {
    failure(defect, at: buffer.offset)
  }

  private func failure(_ defect: BlockDefect, at offset: UInt64) -> CaptureError {
    .block(path: buffer.source.input.path, offset: offset, defect)
  }
}
