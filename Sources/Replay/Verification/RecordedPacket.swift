import CChecksums
import Packets
import SessionEvents

/// A packet as our recorder writes them: IP on the bare link or in an Ethernet frame, without options, extension headers
/// or fragments, whole, and with checksums that hold.
struct RecordedPacket {
  enum Transport: Hashable {
    /// The acknowledgment is nil without its flag.
    case tcp(sequence: UInt32, acknowledgment: UInt32?, flags: TCPFlags)
    case udp
  }

  let source: Endpoint
  let destination: Endpoint
  let transport: Transport
  /// Within the frame.
  let payload: Range<Int>
  /// The IPv4 identification, which our recorder counts upwards in each direction of a session.
  let identification: UInt16?
  /// Whether the IP header is as it was written: its checksum holds (IPv4), its length is the packet's.
  let isNetworkIntact: Bool
  /// Sum of the transport header, its payload and the pseudo header.
  let transportSum: TransportSum

  /// Whether both checksums hold, and lengths agree.
  var isIntact: Bool { isNetworkIntact && transportSum.isRight }

  /// Reads as much as can be read of a damaged packet, too.
  ///
  /// - Throws: Why it is none.
  init(_ frame: Span<UInt8>, linkType: LinkType) throws(Defect) {
    let network = try Network(frame, linkType)
    (transport, payload, transportSum) = try Self.transport(frame, network)
    source = Endpoint(address: network.source, port: frame.word(at: network.payload.lowerBound))
    destination = Endpoint(address: network.destination, port: frame.word(at: network.payload.lowerBound + 2))
    identification = network.identification
    isNetworkIntact = network.isIntact
  }

  /// What is wrong with a packet.
  struct Defect: Error, Hashable {
    var text: String
  }

  private static func transport(
    _ frame: Span<UInt8>, _ network: Network
  ) throws(Defect) -> (Transport, Range<Int>, TransportSum) {
    let (start, end) = (network.payload.lowerBound, network.payload.upperBound)
    switch network.protocolNumber {
    case 6:
      guard network.payload.count >= 20 else { throw Defect(text: "its TCP header is cut short") }
      let flags = TCPFlags(rawValue: frame[start + 13])
      var sum = TransportSum(frame, network)
      var header = Int(frame[start + 12] >> 4) * 4
      // Data follows a header without options, which is more than can be said of a damaged length.
      if !sum.isRight, !flags.contains(.syn) { header = 20 }
      guard header >= 20, header <= network.payload.count else {
        throw Defect(text: "its TCP header has length \(header)")
      }
      sum.payloadOffset = header
      let acknowledgment = flags.contains(.ack) ? frame.doubleWord(at: start + 8) : nil
      return (
        .tcp(sequence: frame.doubleWord(at: start + 4), acknowledgment: acknowledgment, flags: flags),
        start + header..<end, sum
      )
    case 17:
      guard network.payload.count >= 8 else { throw Defect(text: "its UDP header is cut short") }
      return (.udp, start + 8..<end, TransportSum(frame, network))
    case let number:
      throw Defect(text: "it is neither TCP nor UDP (IP protocol \(number))")
    }
  }

  /// The IP header.
  fileprivate struct Network {
    let source: IPAddress
    let destination: IPAddress
    /// Both addresses, within the frame.
    let addresses: Range<Int>
    let protocolNumber: UInt8
    let payload: Range<Int>
    let identification: UInt16?
    let isIntact: Bool

    init(_ frame: Span<UInt8>, _ linkType: LinkType) throws(Defect) {
      let start = linkType == .ethernet ? 14 : 0
      guard frame.count >= start + 20 else { throw Defect(text: "it is too short for an IP packet") }
      let etherType = linkType == .ethernet ? frame.word(at: 12) : nil
      switch frame[start] {
      case 0x45:
        source = .v4(frame.doubleWord(at: start + 12))
        destination = .v4(frame.doubleWord(at: start + 16))
        addresses = start + 12..<start + 20
        protocolNumber = frame[start + 9]
        identification = frame.word(at: start + 4)
        var checksum = InternetChecksum()
        checksum.add(frame.extracting(start..<start + 20))
        isIntact =
          checksum.foldedSum == 0xffff && Int(frame.word(at: start + 2)) == frame.count - start
          && etherType ?? 0x0800 == 0x0800
        payload = start + 20..<frame.count
      case 0x60:
        guard frame.count >= start + 40 else { throw Defect(text: "it is too short for an IP packet") }
        source = .v6(frame.quadWord(at: start + 8), frame.quadWord(at: start + 16))
        destination = .v6(frame.quadWord(at: start + 24), frame.quadWord(at: start + 32))
        addresses = start + 8..<start + 40
        protocolNumber = frame[start + 6]
        identification = nil
        // No checksum covers the rest: no traffic class, no flow label, 64 hops.
        isIntact =
          frame.doubleWord(at: start) == 0x6000_0000 && frame[start + 7] == 64
          && Int(frame.word(at: start + 4)) == frame.count - start - 40 && etherType ?? 0x86dd == 0x86dd
        payload = start + 40..<frame.count
      default:
        throw Defect(text: "it begins with no IP header of our own")
      }
    }
  }
}

/// The one's complement sum over what a transport checksum covers, that checksum included.
struct TransportSum: Hashable {
  private var sum: UInt16
  /// Where the payload begins, from the start of the transport header.
  fileprivate var payloadOffset = 8

  var isRight: Bool { sum == 0xffff }

  fileprivate init(_ frame: Span<UInt8>, _ network: RecordedPacket.Network) {
    var checksum = InternetChecksum()
    checksum.add(frame.extracting(network.addresses))
    checksum.add(word: UInt16(network.protocolNumber))
    checksum.add(word: UInt16(truncatingIfNeeded: network.payload.count))
    let payload = frame.extracting(network.payload)
    checksum.add(sum: payload.internetSum, byteCount: payload.count)
    sum = checksum.foldedSum
  }

  /// Whether the checksum would hold if the payload's byte at `offset` were `other` instead of `byte`.
  func isRight(with other: UInt8, insteadOf byte: UInt8, at offset: Int) -> Bool {
    let isHigh = (payloadOffset + offset).isMultiple(of: 2)
    let shift: UInt16 = isHigh ? 8 : 0
    var checksum = InternetChecksum()
    checksum.add(word: sum)
    checksum.add(word: ~(UInt16(byte) << shift))
    checksum.add(word: UInt16(other) << shift)
    return checksum.foldedSum == 0xffff
  }
}

extension Span<UInt8> {
  /// The one's complement sum of big-endian words, at memory speed.
  fileprivate var internetSum: UInt16 {
    unsafe withUnsafeBufferPointer { bytes in
      // Reads as many bytes as the buffer has, during the call only.
      unsafe wtInternetSum(bytes.baseAddress, bytes.count)
    }
  }
  /// Big-endian; the caller has checked the offset.
  fileprivate func word(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

  fileprivate func doubleWord(at offset: Int) -> UInt32 {
    UInt32(word(at: offset)) << 16 | UInt32(word(at: offset + 2))
  }

  fileprivate func quadWord(at offset: Int) -> UInt64 {
    UInt64(doubleWord(at: offset)) << 32 | UInt64(doubleWord(at: offset + 4))
  }
}
