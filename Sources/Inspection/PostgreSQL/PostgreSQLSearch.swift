import SessionEvents

/// Finds the beginning of a message in the midst of a stream, by bytes that hardly stand elsewhere.
struct PostgreSQLSearch {
  private static let byteCount = 6
  /// The bytes that may yet belong to a message.
  private var window: [UInt8] = []
  /// When the last byte was seen.
  private(set) var last: Sighting?

  /// Takes a byte; returns the bytes of the message so far where one has begun with them, and a byte that belongs to
  /// none.
  mutating func receive(
    _ byte: UInt8, _ direction: Direction, at sighting: Sighting
  ) -> (found: [UInt8]?, dropped: UInt8?) {
    last = sighting
    window.append(byte)
    let found = direction == .clientToServer ? clientMessage : serverMessage
    if let found {
      let dropped = window.count > found.count ? window.first : nil
      window = []
      return (found, dropped)
    }
    return (nil, window.count == Self.byteCount ? window.removeFirst() : nil)
  }

  /// The bytes that were still undecided.
  mutating func takeWindow() -> [UInt8] {
    defer { window = [] }
    return window
  }

  /// ReadyForQuery, whose length is 5 and whose state is one of three.
  private var serverMessage: [UInt8]? {
    guard window.count == Self.byteCount, window.starts(with: [UInt8(ascii: "Z"), 0, 0, 0, 5]),
      "ITE".utf8.contains(window[5])
    else { return nil }
    return window
  }

  /// A message without a body, or a query.
  private var clientMessage: [UInt8]? {
    let last = Array(window.suffix(5))
    guard last.count == 5 else { return nil }
    if "SXHc".utf8.contains(last[0]), last[1...] == [0, 0, 0, 4] { return last }
    guard window.count == Self.byteCount, window[0] == UInt8(ascii: "Q"), window[1] == 0, window[2] == 0,
      window[5] >= 0x20, window[5] != 0x7f
    else { return nil }
    return window
  }
}
