import SessionEvents

/// What tells one protocol by how its streams, or its first datagrams, begin.
struct OpaqueSign: Sendable {
  let name: String
  /// For people: what was found.
  let reason: String
  /// Nil for either.
  private let transport: TransportProtocol?
  private let test: @Sendable (OpaqueStarts) -> Bool

  func isOn(_ starts: OpaqueStarts, _ transport: TransportProtocol) -> Bool {
    (self.transport ?? transport) == transport && test(starts)
  }

  /// A test of how either side begins.
  static func either(
    _ name: String, _ reason: String, over transport: TransportProtocol? = nil,
    _ test: @escaping @Sendable ([UInt8]) -> Bool
  ) -> OpaqueSign {
    OpaqueSign(name: name, reason: reason, transport: transport) { test($0.client) || test($0.server) }
  }

  static func client(
    _ name: String, _ reason: String, over transport: TransportProtocol? = nil,
    _ test: @escaping @Sendable ([UInt8]) -> Bool
  ) -> OpaqueSign {
    OpaqueSign(name: name, reason: reason, transport: transport) { test($0.client) }
  }

  static func server(
    _ name: String, _ reason: String, over transport: TransportProtocol? = nil,
    _ test: @escaping @Sendable ([UInt8]) -> Bool
  ) -> OpaqueSign {
    OpaqueSign(name: name, reason: reason, transport: transport) { test($0.server) }
  }

  static func both(
    _ name: String, _ reason: String, over transport: TransportProtocol? = nil,
    _ test: @escaping @Sendable (OpaqueStarts) -> Bool
  ) -> OpaqueSign {
    OpaqueSign(name: name, reason: reason, transport: transport, test: test)
  }

  /// A side that begins with this text.
  static func text(_ name: String, _ text: String, over transport: TransportProtocol? = nil) -> OpaqueSign {
    let bytes = Array(text.utf8)
    let shown = text.split(separator: "\n").first.map(String.init) ?? text
    return either(name, "begins with \"\(shown)\"", over: transport) { $0.starts(with: bytes) }
  }

  /// The table, what is surer first.
  static let all: [OpaqueSign] = texts + streams + databases + datagrams + weak
}

extension [UInt8] {
  /// Whether these bytes stand at `offset`; nil stands for any byte.
  func has(_ pattern: [UInt8?], at offset: Int = 0) -> Bool {
    count >= offset + pattern.count
      && pattern.enumerated().allSatisfy { index, byte in byte.map { self[offset + index] == $0 } ?? true }
  }

  /// A big-endian number of so many bytes; nil where they are not there.
  func number(at offset: Int, byteCount: Int) -> Int? {
    guard offset >= 0, count >= offset + byteCount else { return nil }
    return self[offset..<offset + byteCount].reduce(0) { $0 << 8 | Int($1) }
  }

  /// A little-endian number of four bytes.
  func littleEndian32(at offset: Int) -> Int? {
    guard count >= offset + 4 else { return nil }
    return self[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The first line, without its end.
  var firstLine: String {
    String(decoding: prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
