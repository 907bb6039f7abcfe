/// Decodes the header blocks of one direction (RFC 7541).
///
/// After an error the table is no longer the encoder's, and no further block can be decoded.
struct HPACKDecoder {
  /// No integer beyond this makes sense: no string and no table is that large.
  private static let largestInteger = 1 << 30

  private var table: HPACKDynamicTable
  /// The largest table that the receiver allows, in bytes; nil where its settings are not known.
  var allowedCapacity: Int?

  init(allowedCapacity: Int? = 4_096, mostCapacity: Int) {
    self.allowedCapacity = allowedCapacity
    table = HPACKDynamicTable(capacity: 4_096, mostCapacity: mostCapacity)
  }

  /// What the last block had that is not known, for it refers to what the capture lacks.
  private(set) var unknown = Unknown()

  struct Unknown: Hashable {
    var fieldCount = 0
    /// The value of the first one of which the name alone is not known.
    var value: [UInt8]?
  }

  /// Bytes in the dynamic table, as RFC 7541 §4.1 counts them.
  var tableByteCount: Int { table.byteCount }

  /// Whether the table may hold entries that are not known.
  var isPartial: Bool { table.hasUnknownPast }

  /// A part of the direction is missing: what the table holds from before is not known any more.
  mutating func forget() {
    table.forget()
  }

  /// Decodes a whole block; `emit` gets each field in order, but for those that are `unknown`.
  ///
  /// Returns the largest table size that it set beyond what is allowed; nil where it did not.
  mutating func decode(_ block: [UInt8], emit: (HTTPField) -> Void) throws(HPACKError) -> Int? {
    var reader = HPACKReader(block)
    var excess: Int?
    var mayResize = true
    unknown = Unknown()
    while let byte = reader.peek() {
      if byte & 0xe0 == 0x20 {
        guard mayResize else { throw .sizeUpdateMisplaced(at: reader.position) }
        let capacity = try reader.integer(prefix: 5, atMost: HPACKDecoder.largestInteger)
        if let allowedCapacity, capacity > allowedCapacity { excess = max(excess ?? 0, capacity) }
        table.setCapacity(capacity)
        continue
      }
      mayResize = false
      if byte & 0x80 != 0 {
        let start = reader.position
        let index = try reader.integer(prefix: 7, atMost: HPACKDecoder.largestInteger)
        if let field = try field(at: index, start) { emit(field) } else { unknown.fieldCount += 1 }
      } else {
        let isIndexed = byte & 0x40 != 0
        let field = try literal(&reader, prefix: isIndexed ? 6 : 4)
        if isIndexed { table.insert(field) }
        if let field { emit(field) }
      }
    }
    return excess
  }

  /// A literal field (RFC 7541 §6.2): indexed, not indexed or never indexed; nil where its name is not known.
  private mutating func literal(_ reader: inout HPACKReader, prefix: Int) throws(HPACKError) -> HTTPField? {
    let start = reader.position
    let index = try reader.integer(prefix: prefix, atMost: HPACKDecoder.largestInteger)
    let name = index == 0 ? try reader.string() : try field(at: index, start)?.name
    let value = try reader.string()
    if let name { return HTTPField(name: name, value: value) }
    unknown.fieldCount += 1
    unknown.value = unknown.value ?? value
    return nil
  }

  /// The field at an index; nil where the capture lacks it.
  private func field(at index: Int, _ position: Int) throws(HPACKError) -> HTTPField? {
    if index >= 1, index <= hpackStaticTable.count { return hpackStaticTable[index - 1] }
    switch table.entry(at: index - hpackStaticTable.count - 1) {
    case .known(let field): return field
    case .unknown: return nil
    case .none: throw .indexInvalid(index, at: position)
    }
  }
}

/// Why a header block cannot be decoded; positions count in the block.
enum HPACKError: Error, Hashable {
  case truncated(at: Int)
  case integerTooLarge(at: Int)
  case indexInvalid(Int, at: Int)
  case huffmanInvalid(at: Int)
  /// A table size update behind a field (RFC 7541 §4.2).
  case sizeUpdateMisplaced(at: Int)

  var detail: String {
    switch self {
    case .truncated(let position): "the header block is cut at byte \(position)"
    case .integerTooLarge(let position): "an integer beyond 2^30 at byte \(position) of the header block"
    case .indexInvalid(let index, let position):
      "index \(index) at byte \(position) of the header block is in no table"
    case .huffmanInvalid(let position):
      "the string at byte \(position) of the header block breaks the Huffman code"
    case .sizeUpdateMisplaced(let position):
      "a table size update behind a field, at byte \(position) of the header block"
    }
  }
}
