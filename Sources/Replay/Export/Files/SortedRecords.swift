/// Records that are written in any order and read in that of their keys.
///
/// Memory does not grow with their number or size: records go to a file, and so do sorted runs of their keys.
final class SortedRecords {
  /// Keys that are held in memory, 40 bytes each.
  static let runLength = 65_536
  private static let bufferSize = 1 << 20
  private static let pieceSize = 256 << 10

  private let data: SpillFile
  private let index: SpillFile
  private let runLength: Int
  private var buffer: [UInt8] = []
  /// Bytes that are in the file already.
  private var storedCount = 0
  /// Where the record begins that is being written.
  private var start = 0
  private var places: [RecordPlace] = []
  /// Runs that are in the file already, by their number of places.
  private var runs: [Int] = []

  init(in directory: OutputDirectory, runLength: Int = SortedRecords.runLength) {
    data = SpillFile(in: directory)
    index = SpillFile(in: directory)
    self.runLength = runLength
  }

  /// Why not everything could be written.
  var failure: ExportError? { data.failure ?? index.failure }

  // MARK: Writing

  /// Adds to the record that is being written.
  func append(_ bytes: Span<UInt8>) {
    buffer.append(bytes)
    if buffer.count >= Self.bufferSize { storeBuffer() }
  }

  /// Ends the record that is being written.
  func end(key: RecordKey) {
    let end = storedCount + buffer.count
    places.append(RecordPlace(key: key, offset: start, count: end - start))
    start = end
    if places.count >= runLength { storeRun() }
  }

  private func storeBuffer() {
    let bytes = buffer
    buffer = []
    guard data.write(bytes.span, at: storedCount) else { return }
    storedCount += bytes.count
  }

  private func storeRun() {
    places.sort()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(places.count * RecordPlace.byteCount)
    for place in places { place.append(to: &bytes) }
    let offset = runs.reduce(0, +) * RecordPlace.byteCount
    guard index.write(bytes.span, at: offset) else {
      places = []
      return
    }
    runs.append(places.count)
    places.removeAll(keepingCapacity: true)
  }

  // MARK: Reading

  /// Begins to read the records in the order of their keys; nothing is written any more.
  func reading() throws(ExportError) -> Reading {
    if let failure { throw failure }
    places.sort()
    var cursors: [RunCursor] = []
    var first = 0
    for count in runs {
      cursors.append(RunCursor(index, first: first, count: count))
      first += count
    }
    return Reading(records: self, cursors: cursors)
  }

  /// Hands over all records in the order of their keys, each in pieces, of which the last is marked.
  func readAll(_ body: (Span<UInt8>, _ isLast: Bool) throws(ExportError) -> Void) throws(ExportError) {
    var reading = try reading()
    while try reading.key() != nil { try reading.next(body) }
  }

  /// The records in the order of their keys, one after the other.
  struct Reading {
    fileprivate let records: SortedRecords
    fileprivate var cursors: [RunCursor]
    /// Of the places that no run has.
    private var position = 0
    private var piece: [UInt8] = []
    private var found: (place: RecordPlace, run: Int?)?

    fileprivate init(records: SortedRecords, cursors: [RunCursor]) {
      self.records = records
      self.cursors = cursors
    }

    /// The key of the record that is next; nil at the end.
    mutating func key() throws(ExportError) -> RecordKey? {
      if let found { return found.place.key }
      for run in cursors.indices {
        guard let place = try cursors[run].place() else { continue }
        if found.map({ place < $0.place }) ?? true { found = (place, run) }
      }
      if position < records.places.count, found.map({ records.places[position] < $0.place }) ?? true {
        found = (records.places[position], nil)
      }
      return found?.place.key
    }

    /// Hands over the next record, in pieces, of which the last is marked.
    mutating func next(_ body: (Span<UInt8>, _ isLast: Bool) throws(ExportError) -> Void) throws(ExportError)
    {
      guard try key() != nil, let (place, run) = found else { return }
      found = nil
      if let run { cursors[run].advance() } else { position += 1 }
      try records.read(place, &piece, body)
    }
  }

  fileprivate func read(
    _ place: RecordPlace, _ piece: inout [UInt8],
    _ body: (Span<UInt8>, _ isLast: Bool) throws(ExportError) -> Void
  ) throws(ExportError) {
    var offset = place.offset
    let end = place.offset + place.count
    if offset == end { try body(Span(), true) }
    while offset < end {
      let inFile = min(end, storedCount) - offset
      if inFile > 0 {
        let count = min(inFile, Self.pieceSize)
        try data.read(count, at: offset, into: &piece)
        try body(piece.span, offset + count == end)
        offset += count
      } else {
        let rest = buffer
        try body(rest.span.extracting(offset - storedCount..<end - storedCount), true)
        offset = end
      }
    }
  }
}

/// By what records are ordered: one number after the other.
struct RecordKey: Hashable, Comparable {
  var first: Int64
  var second: UInt64
  var third: UInt64

  static func < (lhs: RecordKey, rhs: RecordKey) -> Bool {
    (lhs.first, lhs.second, lhs.third) < (rhs.first, rhs.second, rhs.third)
  }
}

/// Where a record is in the file.
struct RecordPlace: Hashable, Comparable {
  /// Of one in a file: five 64-bit numbers.
  static let byteCount = 40

  var key: RecordKey
  var offset: Int
  var count: Int

  /// Records with like keys stay in the order in which they were written.
  static func < (lhs: RecordPlace, rhs: RecordPlace) -> Bool {
    lhs.key == rhs.key ? lhs.offset < rhs.offset : lhs.key < rhs.key
  }

  func append(to bytes: inout [UInt8]) {
    let numbers = [
      UInt64(bitPattern: key.first), key.second, key.third, UInt64(offset), UInt64(count),
    ]
    for number in numbers {
      for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
  }
}

extension RecordPlace {
  init(_ bytes: ArraySlice<UInt8>) {
    func number(_ index: Int) -> UInt64 {
      let start = bytes.startIndex + index * 8
      return bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    key = RecordKey(first: Int64(bitPattern: number(0)), second: number(1), third: number(2))
    offset = Int(truncatingIfNeeded: number(3))
    count = Int(truncatingIfNeeded: number(4))
  }
}

/// Reads one sorted run of places, a few at a time.
private struct RunCursor {
  private static let batch = 256

  private let file: SpillFile
  private var first: Int
  private var left: Int
  private var places: [RecordPlace] = []
  private var position = 0

  init(_ file: SpillFile, first: Int, count: Int) {
    self.file = file
    self.first = first
    left = count
  }

  /// The next place; nil at the run's end.
  mutating func place() throws(ExportError) -> RecordPlace? {
    if position == places.count {
      guard left > 0 else { return nil }
      let count = min(left, Self.batch)
      var bytes: [UInt8] = []
      try file.read(count * RecordPlace.byteCount, at: first * RecordPlace.byteCount, into: &bytes)
      places = (0..<count).map {
        RecordPlace(bytes[$0 * RecordPlace.byteCount..<($0 + 1) * RecordPlace.byteCount])
      }
      first += count
      left -= count
      position = 0
    }
    return places[position]
  }

  mutating func advance() {
    position += 1
  }
}
