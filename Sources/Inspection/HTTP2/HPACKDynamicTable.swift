/// The dynamic table of one direction (RFC 7541 §2.3.2): the newest entry has the lowest index.
struct HPACKDynamicTable {
  /// What an entry counts besides its name and value (RFC 7541 §4.1).
  static let entryOverhead = 32

  /// Entries in order of insertion; those before `first` are evicted.
  private var entries: [HTTPField] = []
  private var first = 0
  private(set) var byteCount = 0
  private(set) var capacity: Int
  private let mostCapacity: Int

  /// Begins empty; no capacity beyond `mostCapacity` bytes is ever kept.
  ///
  /// An encoder may use more: then what is kept here are the newest of its entries, and indices agree.
  init(capacity: Int, mostCapacity: Int) {
    self.mostCapacity = mostCapacity
    self.capacity = min(capacity, mostCapacity)
  }

  var count: Int { entries.count - first }

  static func size(_ field: HTTPField) -> Int {
    field.name.count + field.value.count + entryOverhead
  }

  /// The entry at an index from 0, the newest.
  func entry(at index: Int) -> HTTPField? {
    index >= 0 && index < count ? entries[entries.count - 1 - index] : nil
  }

  mutating func setCapacity(_ capacity: Int) {
    self.capacity = min(capacity, mostCapacity)
    evict(toFit: 0)
  }

  /// Adds an entry, after evicting for it; one that does not fit leaves the table empty (RFC 7541 §4.4).
  mutating func insert(_ field: HTTPField) {
    let size = HPACKDynamicTable.size(field)
    evict(toFit: size)
    guard size <= capacity else { return }
    entries.append(field)
    byteCount += size
  }

  private mutating func evict(toFit size: Int) {
    while first < entries.count, byteCount + size > capacity {
      byteCount -= HPACKDynamicTable.size(entries[first])
      entries[first] = HTTPField(name: [], value: [])
      first += 1
    }
    if first > 32, first * 2 > entries.count {
      entries.removeFirst(first)
      first = 0
    }
  }
}
