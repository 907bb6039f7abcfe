import SessionEvents

/// An IP header, of either version, with its extension headers.
struct NetworkHeader {
  enum Content {
    case fragment(IPFragment)
    case payload(protocolNumber: UInt8, PayloadPart)
  }

  var source: IPAddress
  var destination: IPAddress
  var content: Content
}

/// The authentication header (RFC 4302 §2), behind either version of IP.
///
///     |  Next Header  |  Payload Len  |            Reserved           |
///     |              Security Parameters Index, Sequence Number       |
///     |              Integrity Check Value …                          |
enum AuthenticationHeader {
  static let protocolNumber: UInt8 = 51

  /// The length of the header at the beginning of `part`, which holds all of it.
  static func length(
    _ frame: Span<UInt8>, _ part: PayloadPart, _ layer: PacketLayer
  ) throws(PacketError) -> Int {
    try part.require(8, layer)
    let length = 8 + Int(frame[part.range.lowerBound + 1]) * 4
    try part.require(length, layer)
    return length
  }
}
