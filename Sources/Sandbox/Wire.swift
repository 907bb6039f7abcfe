/// Writes what the two halves of the sandbox send each other: integers little-endian, byte strings after their count.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ value: Bool) {
    write(value ? 1 as UInt8 : 0)
  }

  mutating func write(bytes value: [UInt8]) {
    write(UInt32(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func write(_ value: String) {
    write(bytes: Array(value.utf8))
  }

  mutating func write<Element>(
    list: some Collection<Element>, _ writeElement: (inout WireWriter, Element) -> Void
  ) {
    write(UInt32(list.count))
    for element in list { writeElement(&self, element) }
  }

  /// Writes a flag and, where there is one, the value.
  mutating func write<Value>(optional value: Value?, _ writeValue: (inout WireWriter, Value) -> Void) {
    write(value != nil)
    if let value { writeValue(&self, value) }
  }
}

/// Reads what `WireWriter` wrote.
///
/// Both halves are the same program, so a failure to read is our own fault; it throws all the same, because the
/// other half may have been killed while it wrote.
struct WireReader {
  struct Malformed: Error {}

  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(Malformed) -> Value {
    var value: Value = 0
    for (index, byte) in try take(MemoryLayout<Value>.size).enumerated() {
      value |= Value(truncatingIfNeeded: byte) << (8 * index)
    }
    return value
  }

  mutating func flag() throws(Malformed) -> Bool {
    try integer(UInt8.self) != 0
  }

  mutating func byteString() throws(Malformed) -> [UInt8] {
    Array(try take(Int(try integer(UInt32.self))))
  }

  mutating func string() throws(Malformed) -> String {
    String(decoding: try byteString(), as: UTF8.self)
  }

  mutating func list<Element>(
    _ element: (inout WireReader) throws(Malformed) -> Element
  ) throws(Malformed) -> [Element] {
    let count = Int(try integer(UInt32.self))
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try element(&self)) }
    return elements
  }

  mutating func optional<Value>(
    _ value: (inout WireReader) throws(Malformed) -> Value
  ) throws(Malformed) -> Value? {
    try flag() ? try value(&self) : nil
  }

  private mutating func take(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Malformed() }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
