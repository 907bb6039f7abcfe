import Inspection
import Testing

@testable import Relay

@Suite struct `DNS replies` {
  private func fitted(_ answer: [UInt8], to query: [UInt8], isDatagram: Bool = true) throws -> [UInt8] {
    let outline = try #require(DNSMessageOutline(query))
    return DNSReply.fitted(answer, to: query, outline, isDatagram: isDatagram)
  }

  @Test func `have the client's id and are else untouched`() throws {
    let query = DNSMessages.query(id: 0xbeef)
    let answer = DNSMessages.answer(to: DNSMessages.query(id: 1), recordCount: 3)
    let fitted = try fitted(answer, to: query)
    #expect(DNSMessages.id(of: fitted) == 0xbeef)
    #expect(fitted.dropFirst(2) == answer.dropFirst(2))
  }

  struct Size: CustomTestStringConvertible {
    var payloadSize: UInt16?
    var recordCount: UInt16
    var isTruncated: Bool
    var testDescription: String { "\(recordCount) records into \(payloadSize.map(String.init) ?? "512")" }
  }

  // Header and question take 29 bytes, each record 16.
  static let sizes = [
    Size(payloadSize: nil, recordCount: 30, isTruncated: false),
    Size(payloadSize: nil, recordCount: 31, isTruncated: true),
    Size(payloadSize: 100, recordCount: 30, isTruncated: false),
    Size(payloadSize: 1_232, recordCount: 75, isTruncated: false),
    Size(payloadSize: 1_232, recordCount: 76, isTruncated: true),
    Size(payloadSize: 65_535, recordCount: 4_000, isTruncated: false),
  ]

  @Test(arguments: sizes) func `are cut to what the client takes`(size: Size) throws {
    let query = DNSMessages.query(payloadSize: size.payloadSize)
    let answer = DNSMessages.answer(to: query, recordCount: size.recordCount)
    let fitted = try fitted(answer, to: query)
    #expect(DNSMessages.isTruncated(fitted) == size.isTruncated)
    #expect(fitted.count <= Int(max(512, size.payloadSize ?? 0)))
    #expect(DNSMessages.questionBytes(of: fitted) == DNSMessages.questionBytes(of: query))
    if !size.isTruncated { #expect(fitted == answer) }
    #expect(try self.fitted(answer, to: query, isDatagram: false) == answer)
  }

  @Test func `keep what EDNS says where they are cut`() throws {
    let query = DNSMessages.query(payloadSize: 512)
    let answer = DNSMessages.answer(to: query, recordCount: 60, payloadSize: 4_096)
    let expected =
      DNSMessages.header(0x1234, 0x8380, questions: 1, additional: 1) + DNSMessages.questionBytes(of: query)
      + DNSMessages.option(4_096)
    #expect(try fitted(answer, to: query) == expected)
  }

  @Test func `of failure repeat id, question and the flags that clients set`() throws {
    // RD and CD, and EDNS with DO.
    let query =
      DNSMessages.header(9, 0x0110, questions: 1, additional: 1) + DNSMessages.question("a.example", 28)
      + DNSMessages.option(4_096, flags: 0x8000)
    let outline = try #require(DNSMessageOutline(query))
    let expected =
      DNSMessages.header(9, 0x8192, questions: 1, additional: 1) + DNSMessages.question("a.example", 28)
      + DNSMessages.option(1_232, flags: 0x8000)
    #expect(DNSReply.failure(2, to: query, outline) == expected)
  }

  @Test func `of failure have no question where none can be read`() throws {
    let query = DNSMessages.header(9, 0x0100, questions: 1) + [7, 1, 2]
    let outline = try #require(DNSMessageOutline(query))
    #expect(DNSReply.failure(1, to: query, outline) == DNSMessages.header(9, 0x8181, questions: 0))
  }
}
