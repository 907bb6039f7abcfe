import Foundation
import TestSupport
import Testing

@testable import CaptureFile

@Suite struct `JSON scanner` {
  private func string(_ json: String) -> String? {
    var scanner = JSONScanner(Array(json.utf8))
    guard let text = try? scanner.string(), (try? scanner.end()) != nil else { return nil }
    return text
  }

  struct Case {
    var json: String
    var text: String?
  }

  static let strings = [
    Case(json: #""""#, text: ""), Case(json: #" "a" "#, text: "a"), Case(json: #""é😀""#, text: "é😀"),
    Case(json: #""\"\\\/\b\f\n\r\t""#, text: "\"\\/\u{8}\u{c}\n\r\t"),
    Case(json: #""\u0041\u00e9\ud83d\ude00""#, text: "Aé😀"),
    Case(json: #""\ud83d""#), Case(json: #""\ude00\ud83d""#), Case(json: #""\ud83dx""#),
    Case(json: #""\u12""#), Case(json: #""\u+123""#), Case(json: #""\x""#), Case(json: #"""#),
    Case(json: #""\"#), Case(json: "\"\n\""), Case(json: #""a"b"#), Case(json: ""), Case(json: "a"),
  ]

  @Test(arguments: strings) func `reads strings as RFC 8259 writes them`(_ testCase: Case) {
    #expect(string(testCase.json) == testCase.text)
  }

  @Test func `refuses bytes that are no UTF-8`() {
    for bytes in [[0xff], [0xc3], [0xed, 0xa0, 0x80]] as [[UInt8]] {
      for tail in ["\"", "\\n\""] {
        var scanner = JSONScanner([0x22] + bytes + Array(tail.utf8))
        #expect(throws: JSONScanner.Failure.self) { try scanner.string() }
      }
    }
  }

  @Test func `reads integers that fit`() throws {
    var scanner = JSONScanner(Array("[18446744073709551615, -1]".utf8))
    var first: UInt64?
    var second: Int32?
    try scanner.array { (scanner) throws(JSONScanner.Failure) in
      if first == nil { first = try scanner.integer() } else { second = try scanner.integer() }
    }
    #expect(first == .max)
    #expect(second == -1)
    for text in ["18446744073709551616", "-1", "1.0", "1e3", "", "x"] {
      var scanner = JSONScanner(Array(text.utf8))
      #expect(throws: JSONScanner.Failure.self) { try scanner.integer() as UInt64 }
    }
  }

  @Test func `passes over any value, of a bounded depth`() {
    func skips(_ text: String) -> Bool {
      var scanner = JSONScanner(Array(text.utf8))
      return (try? scanner.skip()) != nil && (try? scanner.end()) != nil
    }
    for text in ["{}", "[]", "[1,[2,{\"a\":-1.5e+3}],true,false,null,\"x\\ny\"]", " { \"a\" : [ ] } "] {
      #expect(skips(text))
    }
    for text in [
      "", "[", "[1", "[1,", "[1,]", "{", "{\"a\"", "{\"a\":", "{\"a\":1,}", "{a:1}", "tru", "]", "1 2",
    ] {
      #expect(!skips(text))
    }
    #expect(skips(String(repeating: "[", count: 60) + String(repeating: "]", count: 60)))
    #expect(!skips(String(repeating: "[", count: 100_000)))
  }

  @Test func `brings back base64 of every length`() {
    for count in 0...64 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 83 &+ count) }
      let text = Base64.text(of: bytes)
      #expect(text == Data(bytes).base64EncodedString())
      #expect(Base64.bytes(of: text) == bytes)
    }
    for text in ["A", "AA", "AAA", "AAAA=", "A===", "A=AA", "AA*A", "AAAA\n"] {
      #expect(Base64.bytes(of: text) == nil)
    }
  }
}
