/// What is wrong with a block of a pcapng file.
public enum BlockDefect: Error, Hashable, Sendable {
  /// The file ends inside it.
  case cutShort
  /// A section header whose byte-order magic is none.
  case byteOrder(UInt32)
  /// A section in a version of the format that is not known.
  case version(major: UInt16, minor: UInt16)
  /// A total length that is no multiple of 4, or below what the block's type has at least.
  case length(UInt32)
  /// A total length beyond what a block of this type may have.
  case tooLong(UInt32, limit: Int)
  /// The total length at the block's end is not the one at its beginning.
  case lengthsDiffer(UInt32, UInt32)
  /// More bytes captured than the block has room for, or than any packet may have.
  case capturedLength(UInt32)
  /// A packet of an interface that no block has described.
  case noInterface(UInt32)
  case tooManyInterfaces(limit: Int)
  /// An option, by its code, that runs past the block, or is not as long as its meaning asks.
  case option(UInt16, length: Int)
}

extension BlockDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cutShort: "the file ends inside it"
    case .byteOrder(let magic): "no section header: byte-order magic 0x\(String(magic, radix: 16))"
    case .version(let major, let minor): "pcapng version \(major).\(minor) is not known"
    case .length(let length): "impossible length \(length)"
    case .tooLong(let length, let limit): "length \(length) is over the limit of \(limit)"
    case .lengthsDiffer(let first, let last): "length \(first) at its beginning, \(last) at its end"
    case .capturedLength(let length): "impossible captured length \(length)"
    case .noInterface(let number): "packet of interface \(number), which is not described"
    case .tooManyInterfaces(let limit): "more than \(limit) interfaces in one section"
    case .option(let code, let length): "option \(code) has impossible length \(length)"
    }
  }
}
