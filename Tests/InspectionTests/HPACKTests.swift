import TestSupport
import Testing

@testable import Inspection

@Suite struct `HPACK` {
  struct Example: Sendable, CustomTestStringConvertible {
    var section: String
    /// The largest dynamic table, where it is not the usual one.
    var capacity = 4_096
    var blocks: [String]
    var fields: [[String]]
    /// Bytes in the dynamic table behind each block.
    var tableByteCounts: [Int]

    var testDescription: String { section }
  }

  static let requests = [
    [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
    [
      ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache",
    ],
    [
      ":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com",
      "custom-key: custom-value",
    ],
  ]
  static let responses = [
    [
      ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
      "location: https://www.example.com",
    ],
    [
      ":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
      "location: https://www.example.com",
    ],
    [
      ":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
      "location: https://www.example.com", "content-encoding: gzip",
      "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ],
  ]

  /// RFC 7541 appendix C.
  static let examples = [
    Example(
      section: "C.2.1", blocks: ["400a637573746f6d2d6b65790d637573746f6d2d686561646572"],
      fields: [["custom-key: custom-header"]], tableByteCounts: [55]),
    Example(
      section: "C.2.2", blocks: ["040c2f73616d706c652f70617468"], fields: [[":path: /sample/path"]],
      tableByteCounts: [0]),
    Example(
      section: "C.2.3", blocks: ["100870617373776f726406736563726574"], fields: [["password: secret"]],
      tableByteCounts: [0]),
    Example(section: "C.2.4", blocks: ["82"], fields: [[":method: GET"]], tableByteCounts: [0]),
    Example(
      section: "C.3",
      blocks: [
        "828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
      ], fields: requests, tableByteCounts: [57, 110, 164]),
    Example(
      section: "C.4",
      blocks: [
        "828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
      ], fields: requests, tableByteCounts: [57, 110, 164]),
    Example(
      section: "C.5", capacity: 256,
      blocks: [
        """
        4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a
        2f2f7777772e6578616d706c652e636f6d
        """, "4803333037c1c0bf",
        """
        88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b4851
        4b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31
        """,
      ], fields: responses, tableByteCounts: [222, 222, 215]),
    Example(
      section: "C.6", capacity: 256,
      blocks: [
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
        """
        88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27
        087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007
        """,
      ], fields: responses, tableByteCounts: [222, 222, 215]),
  ]

  @Test(arguments: examples) func `decodes the examples of RFC 7541`(_ example: Example) throws {
    var decoder = HPACKDecoder(mostCapacity: example.capacity)
    for (index, block) in example.blocks.enumerated() {
      let fields = try self.fields(of: [UInt8](hex: block), &decoder)
      #expect(fields == example.fields[index])
      #expect(decoder.tableByteCount == example.tableByteCounts[index])
    }
  }

  struct Malformed: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var block: String
    var error: HPACKError
  }

  static let malformed = [
    Malformed(testDescription: "index 0", block: "80", error: .indexInvalid(0, at: 0)),
    Malformed(testDescription: "an index behind both tables", block: "82be", error: .indexInvalid(62, at: 1)),
    Malformed(testDescription: "a name by such an index", block: "7e0161", error: .indexInvalid(62, at: 0)),
    Malformed(testDescription: "an index cut within", block: "ff80", error: .truncated(at: 2)),
    Malformed(testDescription: "a name that is missing", block: "40", error: .truncated(at: 1)),
    Malformed(testDescription: "a value that is missing", block: "400161", error: .truncated(at: 3)),
    Malformed(testDescription: "a value cut within", block: "0002616203", error: .truncated(at: 4)),
    Malformed(
      testDescription: "an integer of too many bytes", block: "ff808080808000", error: .integerTooLarge(at: 0)
    ),
    Malformed(
      testDescription: "an integer beyond 2^30", block: "ffffffffff07", error: .integerTooLarge(at: 0)),
    Malformed(
      testDescription: "a length of too many bytes", block: "007f80808080808000",
      error: .integerTooLarge(at: 1)),
    Malformed(
      testDescription: "a length beyond the block", block: "007fffffffff0f61", error: .truncated(at: 1)),
    Malformed(testDescription: "padding of zeros", block: "000161 8118", error: .huffmanInvalid(at: 3)),
    Malformed(testDescription: "EOS in a string", block: "000161 84ffffffff", error: .huffmanInvalid(at: 3)),
    Malformed(testDescription: "padding of 8 ones", block: "000161 821fff", error: .huffmanInvalid(at: 3)),
    Malformed(
      testDescription: "a size update behind a field", block: "8220", error: .sizeUpdateMisplaced(at: 1)),
    Malformed(
      testDescription: "a size update beyond 2^30", block: "3fffffffff07", error: .integerTooLarge(at: 0)),
  ]

  @Test(arguments: malformed) func `refuses`(_ example: Malformed) {
    var decoder = HPACKDecoder(mostCapacity: 65_536)
    #expect(throws: example.error) { try fields(of: [UInt8](hex: example.block), &decoder) }
  }

  @Test func `decodes every byte from the Huffman code`() {
    // Each code by RFC 7541 §5.2: those of one length follow each other.
    var codes: [(bits: UInt32, length: Int)] = Array(repeating: (0, 0), count: 257)
    var next: UInt32 = 0
    for length in 1...30 {
      next <<= 1
      for symbol in 0..<257 where hpackHuffmanLengths[symbol] == UInt8(length) {
        codes[symbol] = (next, length)
        next += 1
      }
    }
    // Appendix B's first, one of its longest, and EOS.
    #expect(codes[48].bits == 0 && codes[0].bits == 0x1ff8 && codes[10].bits == 0x3fff_fffc)
    #expect(codes[256].bits == 0x3fff_ffff)
    for symbol in UInt8.min...UInt8.max {
      var bits: [UInt8] = []
      for byte in [symbol, 0x61, symbol] {
        let code = codes[Int(byte)]
        bits += (0..<code.length).reversed().map { UInt8(code.bits >> UInt32($0) & 1) }
      }
      while bits.count % 8 != 0 { bits.append(1) }
      let coded = stride(from: 0, to: bits.count, by: 8).map { bits[$0..<$0 + 8].reduce(0) { $0 << 1 | $1 } }
      #expect(HPACKHuffman.code.decode(coded[...]) == [symbol, 0x61, symbol])
    }
  }

  @Test func `tells a table that is larger than allowed, and goes on`() throws {
    var decoder = HPACKDecoder(allowedCapacity: 100, mostCapacity: 65_536)
    #expect(try decoder.decode([UInt8](hex: "3f45 82")) { _ in } == nil)
    #expect(try decoder.decode([UInt8](hex: "3f46 20 82")) { _ in } == 101)
    decoder.allowedCapacity = nil
    #expect(try decoder.decode([UInt8](hex: "3fe1ff7f 82")) { _ in } == nil)
  }

  @Test func `keeps the newest entries of a table that is larger than it keeps`() throws {
    var decoder = HPACKDecoder(allowedCapacity: nil, mostCapacity: 100)
    // Three entries of 35 bytes, in a table of 4,096.
    _ = try decoder.decode([UInt8](hex: "3fe11f 40016101 31 40016201 32 40016301 33")) { _ in }
    #expect(decoder.tableByteCount == 68)
    #expect(try fields(of: [0xbe, 0xbf], &decoder) == ["c: 3", "b: 2"])
    #expect(throws: HPACKError.indexInvalid(64, at: 0)) { try fields(of: [0xc0], &decoder) }
  }

  @Test func `forgets what does not fit a smaller table`() throws {
    var decoder = HPACKDecoder(mostCapacity: 65_536)
    _ = try decoder.decode([UInt8](hex: "40016101 31 40016201 32")) { _ in }
    #expect(try fields(of: [UInt8](hex: "3f03 be"), &decoder) == ["b: 2"])
    #expect(throws: HPACKError.indexInvalid(62, at: 1)) { try fields(of: [0x20, 0xbe], &decoder) }
  }

  private func fields(of block: [UInt8], _ decoder: inout HPACKDecoder) throws -> [String] {
    var fields: [String] = []
    _ = try decoder.decode(block) {
      fields.append(
        "\(String(decoding: $0.name, as: UTF8.self)): \(String(decoding: $0.value, as: UTF8.self))")
    }
    return fields
  }
}
