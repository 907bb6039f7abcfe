import CaptureFile
import SessionEvents
import TestSupport
import Testing

@Suite struct `pcapng blocks` {
  @Test func `are those of the specification`() {
    #expect(
      PcapngBlocks.sectionHeader(application: "app", comment: "ab")
        == [UInt8](
          hex: """
            0a0d0d0a 30000000 4d3c2b1a 0100 0000 ffffffffffffffff
            0100 0200 61620000
            0400 0300 61707000
            0000 0000
            30000000
            """))
    #expect(
      PcapngBlocks.interface(linkNumber: 12)
        == [UInt8](hex: "01000000 20000000 6500 0000 00000400 0900 0100 09000000 0000 0000 20000000"))
    #expect(
      PcapngBlocks.names([
        (address: .v4(0x0a01_0203), names: ["a.test", "b"]), (address: .v6(0, 1), names: ["c"]),
      ])
        == [UInt8](
          hex: """
            04000000 3c000000
            0100 0d00 0a010203 612e7465737400 6200 000000
            0200 1200 00000000000000000000000000000001 6300 0000
            00000000
            3c000000
            """))
  }

  @Test func `hold a packet with its time, its original length and a comment`() {
    var output: [UInt8] = [0xee]
    let packet = CapturedPacket(
      number: 1, time: Timestamp(nanoseconds: 0x0102_0304_0506_0708), originalLength: 300, linkNumber: 1)
    PcapngBlocks.appendPacket(packet, [1, 2, 3].span, interface: 2, comment: "é", to: &output)
    #expect(
      output
        == [UInt8](
          hex: """
            ee 06000000 30000000 02000000 04030201 08070605 03000000 2c010000
            01020300
            0100 0200 c3a90000
            0000 0000
            30000000
            """))
  }

  @Test func `cut a comment that is too long between characters`() {
    let comment = "x" + String(repeating: "é", count: 40_000)
    let block = PcapngBlocks.sectionHeader(application: "a", comment: comment)
    #expect(block[26] == 0xff && block[27] == 0xff)
    let short = PcapngBlocks.sectionHeader(application: "a", comment: String(comment.dropFirst()))
    // 65,535 bytes would end in the midst of a character.
    #expect(short[26] == 0xfe && short[27] == 0xff)
  }

  @Test func `are read back as they were written`() throws {
    let place = try TemporaryDirectory()
    var bytes = PcapngBlocks.sectionHeader(application: "test")
    bytes += PcapngBlocks.names([(address: .v4(1), names: ["x"])])
    bytes += PcapngBlocks.interface(linkNumber: 1) + PcapngBlocks.interface(linkNumber: 12)
    let times: [Int64] = [0, 1, 1_795_508_102_101_000_001, -5]
    for (index, time) in times.enumerated() {
      let packet = CapturedPacket(
        number: 1, time: Timestamp(nanoseconds: time), originalLength: 100 + index, linkNumber: 0)
      PcapngBlocks.appendPacket(
        packet, [UInt8](repeating: UInt8(index), count: index).span, interface: UInt32(index % 2),
        comment: index == 1 ? "said" : nil, to: &bytes)
    }
    var reader = try CaptureReader(path: try place.write(bytes, to: "a.pcapng"))
    for (index, time) in times.enumerated() {
      let found = try reader.next { packet, bytes in
        (packet, bytes.count, (0..<bytes.count).map { bytes[$0] })
      }
      let (packet, _, data) = try #require(found)
      #expect(packet.time.nanoseconds == max(0, time))
      #expect(packet.originalLength == 100 + index)
      #expect(packet.linkNumber == [1, 12][index % 2])
      #expect(data == [UInt8](repeating: UInt8(index), count: index))
    }
    let end: Void? = try reader.next { _, _ in () }
    #expect(end == nil)
  }
}
