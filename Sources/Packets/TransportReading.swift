extension TCPSegment {
  /// Reads a segment (RFC 9293 §3.1).
  ///
  ///     |          Source Port          |       Destination Port        |
  ///     |                        Sequence Number                        |
  ///     |                    Acknowledgment Number                      |
  ///     | Offset| Rsrvd |C E U A P R S F|            Window             |
  ///     |           Checksum            |         Urgent Pointer        |
  ///     |                    Options, to a multiple of 32 bits          |
  static func read(_ bytes: Span<UInt8>, _ part: PayloadPart) throws(PacketError) -> TCPSegment {
    let start = part.range.lowerBound
    try part.require(minimumLength, .tcp)
    let headerLength = Int(bytes[start + 12] >> 4) * 4
    guard headerLength >= minimumLength else {
      throw .malformed(.tcp, offset: start + 12, .headerLength(headerLength))
    }
    try part.require(headerLength, .tcp)
    let payload = part.dropping(headerLength)
    return TCPSegment(
      sourcePort: bytes.uint16(at: start), destinationPort: bytes.uint16(at: start + 2),
      sequence: bytes.uint32(at: start + 4), acknowledgment: bytes.uint32(at: start + 8),
      flags: TCPFlags(rawValue: bytes[start + 13]), window: bytes.uint16(at: start + 14),
      options: TCPOptions.read(bytes, start + minimumLength..<start + headerLength),
      payload: payload.range, missingByteCount: payload.missingByteCount)
  }

  static let minimumLength = 20
}

extension TCPOptions {
  /// Reads the options in `range`; a malformed one ends the list, as receivers do (RFC 9293 §3.1).
  static func read(_ bytes: Span<UInt8>, _ range: Range<Int>) -> TCPOptions {
    var options = TCPOptions()
    var offset = range.lowerBound
    while offset < range.upperBound {
      let kind = bytes[offset]
      if kind == 0 { break }
      if kind == 1 {
        offset += 1
        continue
      }
      guard range.upperBound - offset >= 2 else { break }
      let length = Int(bytes[offset + 1])
      guard length >= 2, range.upperBound - offset >= length else { break }
      switch (kind, length) {
      case (2, 4): options.maximumSegmentSize = bytes.uint16(at: offset + 2)
      case (3, 3): options.windowScale = bytes[offset + 2]
      default: break
      }
      offset += length
    }
    return options
  }
}

extension UDPDatagram {
  /// Reads a datagram (RFC 768).
  ///
  ///     |          Source Port          |       Destination Port        |
  ///     |            Length             |           Checksum            |
  static func read(_ bytes: Span<UInt8>, _ part: PayloadPart) throws(PacketError) -> UDPDatagram {
    let start = part.range.lowerBound
    try part.require(headerLength, .udp)
    let length = Int(bytes.uint16(at: start + 4))
    // Zero in a jumbogram (RFC 2675 §4) and under segmentation offload: the IP payload is the datagram.
    guard length == 0 || length >= headerLength else {
      throw .malformed(.udp, offset: start + 4, .length(length))
    }
    // A datagram that claims to be longer than its packet lacks the rest.
    let payload = part.prefix(length == 0 ? part.byteCount : length).dropping(headerLength)
    return UDPDatagram(
      sourcePort: bytes.uint16(at: start), destinationPort: bytes.uint16(at: start + 2),
      payload: payload.range, missingByteCount: payload.missingByteCount)
  }

  static let headerLength = 8
}
