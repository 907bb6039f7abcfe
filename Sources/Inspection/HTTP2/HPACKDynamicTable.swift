/// The dynamic table of one direction (RFC 7541 §2.3.2): the newest entry has the lowest index.
///
/// Where a part of the direction is missing, older entries are there of which nothing is known. What came since keeps
/// its indices, which count from the newest, and unknown entries are evicted before it.
struct HPACKDynamicTable {
  /// What an entry counts besides its name and value (RFC 7541 §4.1).
  static let entryOverhead = 32

  /// Entries in order of insertion, nil where the name is not known; those before `first` are evicted.
  private var entries: [HTTPField?] = []
  private var first = 0
  private(set) var byteCount = 0
  private(set) var capacity: Int
  private let mostCapacity: Int
  /// Whether there may be entries older than `entries`.
  private(set) var hasUnknownPast = false

  enum Entry {
    case known(HTTPField)
    case unknown
    case none
  }

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
  func entry(at index: Int) -> Entry {
    if index >= 0, index < count { return entries[entries.count - 1 - index].map { .known($0) } ?? .unknown }
    let isUnknown = hasUnknownPast && index >= 0 && index < mostCapacity / HPACKDynamicTable.entryOverhead
    return isUnknown ? .unknown : .none
  }

  mutating func setCapacity(_ capacity: Int) {
    self.capacity = min(capacity, mostCapacity)
    if capacity < HPACKDynamicTable.entryOverhead { hasUnknownPast = false }
    evict(toFit: 0)
  }

  /// A part of the direction is missing, and with it entries and perhaps a capacity.
  mutating func forget() {
    entries = []
    first = 0
    byteCount = 0
    capacity = mostCapacity
    hasUnknownPast = true
  }

  /// Adds an entry, after evicting for it; one that does not fit leaves the table empty (RFC 7541 §4.4).
  ///
  /// One without a known name counts less than it should, so that older ones stay longer: no index leads to them.
  mutating func insert(_ field: HTTPField?) {
    let size = HPACKDynamicTable.size(of: field)
    evict(toFit: size)
    guard size <= capacity else { return }
    entries.append(field)
    byteCount += size
  }

  private static func size(of field: HTTPField?) -> Int {
    field.map(size) ?? entryOverhead
  }

  private mutating func evict(toFit size: Int) {
    while first < entries.count, byteCount + size > capacity {
      byteCount -= HPACKDynamicTable.size(of: entries[first])
      entries[first] = nil
      first += 1
    }
    if first > 32, first * 2 > entries.count {
      entries.removeFirst(first)
      first = 0
    }
  }
}
