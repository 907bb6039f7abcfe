import Testing

@testable import Inspection

@Suite struct `DNS message outline` {
  // An A query for Example.com with EDNS, as dig sends it.
  private let query: [UInt8] = [
    0x12, 0x34, 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 1, 7, 0x45, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 3, 0x63,
    0x6f,
    0x6d, 0, 0, 1, 0, 1, 0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0,
  ]

  @Test func `tells header, question and EDNS`() throws {
    let outline = try #require(DNSMessageOutline(query))
    #expect(outline.id == 0x1234)
    #expect(outline.flags == [.recursionDesired, .authenticData])
    #expect(!outline.isResponse)
    #expect(outline.questionCount == 1)
    #expect(outline.question == 12..<29)
    #expect(outline.questionType(in: query) == 1)
    #expect(outline.edns(in: query) == .init(payloadSize: 1_232, timeToLive: 0x8000))
  }

  @Test func `compares questions without regard to case`() throws {
    let outline = try #require(DNSMessageOutline(query))
    var other = query
    other[13] = 0x65
    let otherOutline = try #require(DNSMessageOutline(other))
    let key = try #require(otherOutline.questionKey(in: other))
    #expect(outline.asks(key, in: query))
    other[26] = 28
    #expect(!outline.asks(try #require(DNSMessageOutline(other)?.questionKey(in: other)), in: query))
  }

  @Test func `finds EDNS behind compressed records`() throws {
    var answer = query
    answer[2] = 0x81
    answer[7] = 1
    answer.insert(contentsOf: [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1], at: 29)
    let outline = try #require(DNSMessageOutline(answer))
    #expect(outline.isResponse)
    #expect(outline.edns(in: answer)?.payloadSize == 1_232)
  }

  struct Case: CustomTestStringConvertible {
    var name: [UInt8]
    var testDescription: String { "\(name.prefix(4))" }
  }

  static let badNames = [
    Case(name: [0xc0, 12]),
    Case(name: [0x40, 1, 0]),
    Case(name: Array(repeating: [63] + Array(repeating: 0x61, count: 63), count: 4).flatMap(\.self) + [0]),
  ]

  @Test(arguments: badNames) func `has no question of a name that may not stand there`(item: Case) throws {
    let message = Array(query.prefix(12)) + item.name + [0, 1, 0, 1]
    let outline = try #require(DNSMessageOutline(message))
    #expect(outline.question == nil)
    #expect(outline.questionKey(in: message) == nil)
    #expect(outline.edns(in: message) == nil)
  }

  @Test func `ends well wherever the message is cut`() {
    for count in query.indices {
      let cut = Array(query.prefix(count))
      let outline = DNSMessageOutline(cut)
      #expect((outline == nil) == (count < 12))
      #expect((outline?.question == nil) == (count < 29))
      #expect(outline?.edns(in: cut) == nil)
    }
  }
}
