import CaptureFile
import TestSupport
import Testing

@Suite struct `Malformed pcapng` {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Of a section with one Ethernet interface and one packet.
    var damage: @Sendable (inout BlockFile) -> Void
    var defect: BlockDefect
    var text: String
  }

  static let cases = [
    Case(
      testDescription: "a length below the header's", damage: { $0.block(99, [], length: 8) },
      defect: .length(8), text: "impossible length 8"),
    Case(
      testDescription: "a length of 0", damage: { $0.block(0, [0, 0, 0, 0], length: 0) }, defect: .length(0),
      text: "impossible length 0"),
    Case(
      testDescription: "a length that is no multiple of 4", damage: { $0.block(99, [1, 2, 3, 4, 5]) },
      defect: .length(17), text: "impossible length 17"),
    Case(
      testDescription: "lengths that disagree", damage: { $0.block(99, [1, 2, 3, 4], trailing: 20) },
      defect: .lengthsDiffer(16, 20), text: "length 16 at its beginning, 20 at its end"),
    Case(
      testDescription: "lengths of a packet that disagree",
      damage: { $0.block(6, [UInt8](repeating: 0, count: 20), trailing: 36) }, defect: .lengthsDiffer(32, 36),
      text: "length 32 at its beginning, 36 at its end"),
    Case(
      testDescription: "4 GiB of a packet", damage: { $0.block(6, [0, 0, 0, 0], length: 0xffff_fffc) },
      defect: .tooLong(0xffff_fffc, limit: 1 << 20),
      text: "length 4294967292 is over the limit of 1048576"),
    Case(
      testDescription: "4 GiB of something else",
      damage: { $0.block(99, [0, 0, 0, 0], length: 0xffff_fffc) },
      defect: .cutShort, text: "the file ends inside it"),
    Case(
      testDescription: "a packet block without room for its fields",
      damage: { $0.block(6, [UInt8](repeating: 0, count: 16)) }, defect: .length(28),
      text: "impossible length 28"),
    Case(
      testDescription: "more captured than the block holds", damage: { $0.enhanced([1, 2, 3], captured: 5) },
      defect: .capturedLength(5), text: "impossible captured length 5"),
    Case(
      testDescription: "4 GiB captured", damage: { $0.enhanced([1, 2, 3], captured: .max) },
      defect: .capturedLength(.max), text: "impossible captured length 4294967295"),
    Case(
      testDescription: "a simple packet longer than its block",
      damage: { $0.simple([1, 2, 3], original: 60) },
      defect: .capturedLength(60), text: "impossible captured length 60"),
    Case(
      testDescription: "an interface that is not described", damage: { $0.enhanced([1], interface: 1) },
      defect: .noInterface(1), text: "packet of interface 1, which is not described"),
    Case(
      testDescription: "an obsolete packet of no interface", damage: { $0.obsolete([1], interface: 0xffff) },
      defect: .noInterface(0xffff), text: "packet of interface 65535, which is not described"),
    Case(
      testDescription: "an option that runs past its block",
      damage: { $0.interface(link: 1, options: $0.option(2, [1, 2, 3, 4], length: 5)) },
      defect: .option(2, length: 5), text: "option 2 has impossible length 5"),
    Case(
      testDescription: "a time resolution of two bytes",
      damage: { $0.interface(link: 1, options: $0.option(9, [6, 6])) }, defect: .option(9, length: 2),
      text: "option 9 has impossible length 2"),
    Case(
      testDescription: "a section's option that runs past it",
      damage: { $0.section(options: $0.option(1, [1, 2, 3, 4], length: 0xffff)) },
      defect: .option(1, length: 0xffff), text: "option 1 has impossible length 65535"),
    Case(
      testDescription: "version 2", damage: { $0.section(major: 2) }, defect: .version(major: 2, minor: 0),
      text: "pcapng version 2.0 is not known"),
    Case(
      testDescription: "another byte-order magic",
      damage: { $0.block(0x0a0d_0d0a, [UInt8](repeating: 0x11, count: 16)) }, defect: .byteOrder(0x1111_1111),
      text: "no section header: byte-order magic 0x11111111"),
  ]

  @Test(arguments: cases) func `ends in an error with the block's place`(_ test: Case) throws {
    let files = try TemporaryDirectory()
    var file = BlockFile()
    file.interface(link: 1)
    file.enhanced([1])
    let start = UInt64(file.bytes.count)
    test.damage(&file)
    file.enhanced([2])
    let path = try files.write(file.bytes, to: "a.pcapng")
    let (packets, error) = readCapture(path)
    #expect(packets == [[1]])
    #expect(error == .block(path: path, offset: start, test.defect))
    #expect(error?.description == "'\(path)': block at byte \(start): \(test.text)")
    #expect(error?.hint == "everything before that was read")
  }

  @Test func `ends where a section has more interfaces than are kept`() throws {
    let files = try TemporaryDirectory()
    var file = BlockFile()
    for _ in 0..<65_536 { file.interface(link: 1) }
    let start = UInt64(file.bytes.count)
    file.interface(link: 1)
    let path = try files.write(file.bytes, to: "a.pcapng")
    #expect(readCapture(path).error == .block(path: path, offset: start, .tooManyInterfaces(limit: 65_536)))
  }

  @Test func `never traps, whatever bytes are changed`() throws {
    let files = try TemporaryDirectory()
    var random = SeededRandom(seed: 4)
    var file = BlockFile(isBig: true)
    file.interface(link: 1, options: file.option(9, [0x94]) + file.option(14, file.number(Int64(5))))
    file.enhanced([1, 2, 3, 4, 5], ticks: 1 << 40, options: file.option(1, [1, 2]))
    file.block(10, [UInt8](repeating: 1, count: 64))
    file.section()
    file.interface(link: 101, snapLength: 2)
    file.simple([9, 9])
    file.obsolete([8, 8, 8])
    for _ in 0..<3_000 {
      var bytes = file.bytes
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 4..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      bytes = Array(bytes.prefix(Int.random(in: 4...bytes.count, using: &random)))
      let packets = readCapture(try files.write(bytes, to: "a.pcapng")).packets
      #expect(packets.count <= 3)
    }
  }
}
