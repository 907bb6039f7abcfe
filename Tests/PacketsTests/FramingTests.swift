import Packets
import SessionEvents
import TestSupport
import Testing

@Suite struct `Framings` {
  @Test(arguments: Framing.all) func `lead to the innermost packet`(_ framing: Framing) throws {
    let count = framing.header.count
    let packet = try PacketReader(linkType: framing.link).read(framing.frame)
    switch framing.inner {
    case .ipv4TCP:
      #expect(packet.source == Frames.v4Client)
      #expect(packet.destination == Frames.v4Server)
      #expect(packet.tcp?.payload == count + 40..<count + 42)
      #expect(packet.tcp?.missingByteCount == 0)
    case .ipv6UDP:
      #expect(packet.source == Frames.v6Client)
      #expect(packet.destination == Frames.v6Server)
      #expect(packet.udp?.payload == count + 48..<count + 51)
      #expect(packet.udp?.missingByteCount == 0)
    }
  }

  @Test func `of one version of IP are read by the version that they have`() throws {
    let packet = try PacketReader(linkType: .ipv6).read(Frames.ipv4TCP)
    #expect(packet.source == Frames.v4Client)
  }

  @Test(arguments: Framing.all) func `are not read beyond the capture`(_ framing: Framing) throws {
    for count in 0..<framing.header.count {
      #expect(throws: PacketError.self, "\(count)") {
        try PacketReader(linkType: framing.link).read(Array(framing.header.prefix(count)))
      }
    }
  }

  @Test(arguments: Framing.all) func `leave out what follows the packet in its frame`(_ framing: Framing)
    throws
  {
    let reader = PacketReader(linkType: framing.link)
    #expect(try reader.read(framing.frame + [1, 2, 3, 4]) == reader.read(framing.frame))
  }

  /// Addresses, ports and payload of the innermost packet.
  struct Seen: Equatable {
    var source: String
    var destination: String
    var ports: [String]
    var payload: String
  }

  @Test(arguments: LinkType.allCases) func `are followed as tshark follows them`(_ link: LinkType) throws {
    let framings = Framing.all.filter { $0.link == link }
    for (framing, seen) in zip(framings, try tshark(link, framings)) {
      #expect(try read(framing) == seen, "\(framing.testDescription)")
    }
  }

  private func read(_ framing: Framing) throws -> Seen {
    let packet = try PacketReader(linkType: framing.link).read(framing.frame)
    let (ports, payload): ([UInt16], Range<Int>) =
      switch packet.content {
      case .tcp(let segment): ([segment.sourcePort, segment.destinationPort], segment.payload)
      case .udp(let datagram): ([datagram.sourcePort, datagram.destinationPort], datagram.payload)
      case .fragment, .other: ([], 0..<0)
      }
    return Seen(
      source: "\(packet.source)", destination: "\(packet.destination)", ports: ports.map { "\($0)" },
      payload: Array(framing.frame[payload]).hexText)
  }

  private func tshark(_ link: LinkType, _ framings: [Framing]) throws -> [Seen] {
    let number = link == .raw ? 101 : link.number
    var file = [UInt8](hex: "d4c3b2a1 0200 0400 00000000 00000000 ffff0000") + bytes(UInt32(number))
    for framing in framings {
      let length = bytes(UInt32(framing.frame.count))
      file += [UInt8](hex: "00000000 00000000") + length + length + framing.frame
    }
    let files = try TemporaryDirectory()
    let names = [
      "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.port", "udp.port", "tcp.payload", "udp.payload",
    ]
    // Of addresses the last is the innermost packet's.
    let run = try ToolRun(
      ["tshark", "-n", "-r", try files.write(file, to: "a.pcap"), "-T", "fields"]
        + names.flatMap { ["-e", $0] })
    let lines = run.text.split(separator: "\n", omittingEmptySubsequences: true)
    try #require(lines.count == framings.count, "\(run.errors)")
    return zip(lines, framings).map { line, framing in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      let values = Dictionary(
        uniqueKeysWithValues: zip(names, fields.map { $0.split(separator: ",").map(String.init) }))
      func field(_ v4: String, _ v6: String) -> [String] {
        values[framing.inner == .ipv4TCP ? v4 : v6] ?? []
      }
      return Seen(
        source: field("ip.src", "ipv6.src").last ?? "", destination: field("ip.dst", "ipv6.dst").last ?? "",
        ports: field("tcp.port", "udp.port"), payload: field("tcp.payload", "udp.payload").joined())
    }
  }

  private func bytes(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
