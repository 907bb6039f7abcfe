import CaptureFile
import SessionEvents
import TestSupport
import Testing

@Suite struct `Pcapng reader` {
  private let files: TemporaryDirectory

  init() throws {
    files = try TemporaryDirectory()
  }

  private func read(_ file: BlockFile) throws -> (packets: [ReadPacket], error: CaptureError?) {
    readPackets(try files.write(file.bytes, to: "a.pcapng"))
  }

  @Test func `reads sections of either byte order, and interfaces that differ in everything`() throws {
    var file = BlockFile(isBig: true)
    file.interface(link: 1, snapLength: 96)
    file.interface(link: 101, options: file.option(9, [9]))
    file.enhanced([1, 2, 3], interface: 1, ticks: 1_700_000_000_123_456_789, original: 1_500)
    file.enhanced([4], interface: 0, ticks: 1_700_000_000_123_456)
    file.section(isBig: false)
    file.interface(link: 276, options: file.option(14, file.number(Int64(-3_600))) + file.option(0, []))
    file.obsolete([5, 6], ticks: 7_200_000_000)
    let (packets, error) = try read(file)
    #expect(error == nil)
    #expect(packets.map(\.bytes) == [[1, 2, 3], [4], [5, 6]])
    #expect(packets.map(\.packet.number) == [1, 2, 3])
    #expect(packets.map(\.packet.linkNumber) == [12, 1, 276])
    #expect(packets.map(\.packet.originalLength) == [1_500, 1, 2])
    #expect(
      packets.map(\.packet.time.nanoseconds)
        == [1_700_000_000_123_456_789, 1_700_000_000_123_456_000, 3_600_000_000_000])
  }

  @Test func `reads simple packets up to the snap length, at the time of the packet before`() throws {
    var file = BlockFile()
    file.interface(link: 1, snapLength: 4)
    file.simple([1])
    file.enhanced([2], ticks: 5)
    file.simple([1, 2, 3, 4], original: 90)
    let (packets, error) = try read(file)
    #expect(error == nil)
    #expect(packets.map(\.bytes) == [[1], [2], [1, 2, 3, 4]])
    #expect(packets.map(\.packet.originalLength) == [1, 1, 90])
    #expect(packets.map(\.packet.time.nanoseconds) == [0, 5_000, 5_000])
  }

  @Test func `passes over blocks without packets, and over options`() throws {
    var file = BlockFile()
    file.block(4, [1, 0, 4, 0, 192, 0, 2, 1, 0, 0, 0, 0])
    file.interface(link: 1, options: file.option(2, Array("eth0".utf8)) + file.option(9, [6]))
    file.block(
      10, Array("TLSK".utf8) + file.number(UInt32(300_000)) + [UInt8](repeating: 0x41, count: 300_000))
    for type: UInt32 in [5, 0xbad, 0x4000_0bad, 0x8000_1234, 11] {
      file.block(type, [UInt8](repeating: 0xff, count: 40))
    }
    file.enhanced([1], options: file.option(1, Array("a comment".utf8)) + file.option(0, []))
    file.block(0x8000_0001, [UInt8](repeating: 0, count: 3 << 20))
    file.enhanced([2])
    let (packets, error) = try read(file)
    #expect(error == nil)
    #expect(packets.map(\.bytes) == [[1], [2]])
  }

  struct Clock: Sendable {
    var resolution: UInt8
    var offset: Int64 = 0
    var ticks: UInt64
    var nanoseconds: Int64
  }

  static let clocks = [
    Clock(resolution: 0, ticks: 3, nanoseconds: 3_000_000_000),
    Clock(resolution: 3, ticks: 1_500, nanoseconds: 1_500_000_000),
    Clock(resolution: 6, ticks: 1, nanoseconds: 1_000),
    Clock(resolution: 9, ticks: 1, nanoseconds: 1),
    Clock(resolution: 12, ticks: 1_999, nanoseconds: 1),
    Clock(resolution: 19, ticks: .max, nanoseconds: 1_844_674_407),
    Clock(resolution: 127, ticks: .max, nanoseconds: 0),
    Clock(resolution: 0x80 | 1, ticks: 3, nanoseconds: 1_500_000_000),
    Clock(resolution: 0x80 | 20, ticks: 1 << 20 | 1, nanoseconds: 1_000_000_953),
    Clock(resolution: 0x80 | 63, ticks: 1 << 62, nanoseconds: 500_000_000),
    Clock(resolution: 0xff, ticks: .max, nanoseconds: 0),
    Clock(resolution: 0, ticks: .max, nanoseconds: .max),
    Clock(resolution: 0x80, ticks: .max, nanoseconds: .max),
    Clock(resolution: 9, offset: .max, ticks: 1, nanoseconds: .max),
    Clock(resolution: 9, offset: .min, ticks: 1, nanoseconds: .min),
    Clock(resolution: 9, offset: -1, ticks: 1, nanoseconds: -999_999_999),
  ]

  @Test(arguments: clocks) func `counts time as the interface says`(_ clock: Clock) throws {
    var file = BlockFile()
    let offset = file.option(14, file.number(clock.offset))
    file.interface(link: 1, options: file.option(9, [clock.resolution]) + offset)
    file.enhanced([1], ticks: clock.ticks)
    #expect(try read(file).packets.map(\.packet.time.nanoseconds) == [clock.nanoseconds])
  }

  @Test func `takes LINKTYPE numbers for the DLT numbers that they stand for`() throws {
    var file = BlockFile()
    for link: UInt16 in [1, 9, 50, 101, 105, 113, 228, 276] { file.interface(link: link) }
    for interface: UInt32 in 0..<8 { file.enhanced([0], interface: interface) }
    #expect(try read(file).packets.map(\.packet.linkNumber) == [1, 9, 50, 12, 105, 113, 228, 276])
  }

  @Test func `has no link number of the whole file`() throws {
    let path = try files.write(BlockFile().bytes, to: "a.pcapng")
    let reader = try CaptureReader(path: path)
    let (link, position, count) = (reader.linkNumber, reader.position, reader.byteCount)
    #expect(link == nil)
    #expect(position == 28)
    #expect(count == 28)
  }

  @Test func `delivers everything before the byte at which a file is cut short`() throws {
    var file = BlockFile()
    var ends: [Int] = []
    file.interface(link: 1, options: file.option(9, [9]))
    for packet: [UInt8] in [[1, 2, 3], [4, 5, 6, 7, 8]] {
      file.enhanced(packet)
      ends.append(file.bytes.count)
    }
    file.block(5, [UInt8](repeating: 0, count: 20))
    for count in 28...file.bytes.count {
      let path = try files.write(Array(file.bytes.prefix(count)), to: "a.pcapng")
      let (packets, error) = readCapture(path)
      let whole = ends.count(where: { $0 <= count })
      #expect(packets == Array([[1, 2, 3], [4, 5, 6, 7, 8]].prefix(whole)))
      switch error {
      case nil: #expect([28, 56].contains(count) || ends.contains(count) || count == file.bytes.count)
      case .truncated(path: path, let packet, let offset):
        #expect(packet == UInt64(whole) + 1)
        #expect(offset == UInt64(count))
      case .block(path: path, let offset, .cutShort): #expect(offset < count)
      default: Issue.record("\(String(describing: error))")
      }
    }
    for count in 4..<28 {
      let path = try files.write(Array(file.bytes.prefix(count)), to: "a.pcapng")
      #expect(readCapture(path).error == .truncatedHeader(path: path))
    }
  }

  @Test func `reads a packet of the largest size, and refuses a larger one`() throws {
    var file = BlockFile()
    file.interface(link: 1)
    file.enhanced([UInt8](repeating: 7, count: 262_144))
    let start = file.bytes.count
    file.enhanced([UInt8](repeating: 7, count: 262_145))
    let (packets, error) = try read(file)
    #expect(packets.map(\.bytes.count) == [262_144])
    #expect(error == .block(path: files.path("a.pcapng"), offset: UInt64(start), .capturedLength(262_145)))
  }
}
