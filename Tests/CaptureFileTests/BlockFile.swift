/// A pcapng file, put together block by block.
struct BlockFile {
  private(set) var bytes: [UInt8] = []
  private var isBig: Bool

  /// Begins with a section header.
  init(isBig: Bool = false) {
    self.isBig = isBig
    section(isBig: isBig)
  }

  mutating func section(isBig: Bool = false, major: UInt16 = 1, minor: UInt16 = 0, options: [UInt8] = []) {
    self.isBig = isBig
    block(
      0x0a0d_0d0a, number(UInt32(0x1a2b_3c4d)) + number(major) + number(minor) + number(UInt64.max) + options)
  }

  mutating func interface(link: UInt16, snapLength: UInt32 = 0, options: [UInt8] = []) {
    block(1, number(link) + number(UInt16(0)) + number(snapLength) + options)
  }

  mutating func enhanced(
    _ data: [UInt8], interface: UInt32 = 0, ticks: UInt64 = 0, captured: UInt32? = nil,
    original: UInt32? = nil,
    options: [UInt8] = []
  ) {
    block(
      6,
      number(interface) + times(ticks) + number(captured ?? UInt32(data.count))
        + number(original ?? UInt32(data.count)) + padded(data) + options)
  }

  mutating func obsolete(_ data: [UInt8], interface: UInt16 = 0, ticks: UInt64 = 0) {
    block(
      2,
      number(interface) + number(UInt16(7)) + times(ticks) + number(UInt32(data.count))
        + number(UInt32(data.count)) + padded(data))
  }

  mutating func simple(_ data: [UInt8], original: UInt32? = nil) {
    block(3, number(original ?? UInt32(data.count)) + padded(data))
  }

  /// Appends a block, with other lengths than its own where they are given.
  mutating func block(_ type: UInt32, _ body: [UInt8], length: UInt32? = nil, trailing: UInt32? = nil) {
    let real = UInt32(12 + body.count)
    bytes += number(type) + number(length ?? real) + body + number(trailing ?? length ?? real)
  }

  func option(_ code: UInt16, _ value: [UInt8], length: UInt16? = nil) -> [UInt8] {
    number(code) + number(length ?? UInt16(value.count)) + padded(value)
  }

  func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: isBig ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  private func times(_ ticks: UInt64) -> [UInt8] {
    number(UInt32(ticks >> 32)) + number(UInt32(truncatingIfNeeded: ticks))
  }

  private func padded(_ data: [UInt8]) -> [UInt8] {
    data + Array(repeating: 0, count: -data.count & 3)
  }
}
