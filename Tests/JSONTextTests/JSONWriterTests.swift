import JSONText
import Testing

@Suite struct `JSON writer` {
  @Test func `keeps the order of fields and puts commas between them`() {
    var json = JSONWriter()
    json.object { json in
      json.field("b", 1)
      json.field("a") {
        $0.array {
          $0.null()
          $0.bool(true)
          $0.object { _ in }
        }
      }
      json.field("none", String?.none)
    }
    #expect(json.text == #"{"b":1,"a":[null,true,{}],"none":null}"#)
  }

  @Test func `escapes what RFC 8259 wants escaped`() {
    var json = JSONWriter()
    json.string("\"\\\n\r\t\u{0}\u{1f}\u{7f}é")
    #expect(json.text == #""\"\\\n\r\t\u0000\u001f\u007fé""#)
  }

  @Test func `takes a string in pieces, and hands out what it has between them`() {
    var json = JSONWriter()
    var text: [UInt8] = []
    json.array { json in
      json.beginString()
      for piece: [UInt8] in [Array("a\"".utf8), [0xc3], [0xa9, 0x0a]] {
        json.continueString(piece.span)
        text += json.take()
      }
      json.endString()
      json.integer(1)
    }
    text += json.take()
    #expect(String(decoding: text, as: UTF8.self) == #"["a\"é\n",1]"#)
    #expect(json.take() == [])
  }

  struct Decimal: Sendable {
    var value: Int64
    var digits: Int
    var text: String
  }

  static let decimals = [
    Decimal(value: 0, digits: 6, text: "0"),
    Decimal(value: 1, digits: 6, text: "0.000001"),
    Decimal(value: 1_500_000, digits: 6, text: "1.5"),
    Decimal(value: 12_000_000, digits: 6, text: "12"),
    Decimal(value: -1_250, digits: 3, text: "-1.25"),
    Decimal(value: .min, digits: 9, text: "-9223372036.854775808"),
    Decimal(value: 7, digits: 0, text: "7"),
  ]

  @Test(arguments: decimals)
  func `writes numbers with a fraction`(_ test: Decimal) {
    var json = JSONWriter()
    json.decimal(test.value, fractionDigits: test.digits)
    #expect(json.text == test.text)
  }

  struct Case: Sendable {
    var bytes: [UInt8]
    var text: String
  }

  static let cases = [
    Case(bytes: Array("plain é".utf8), text: "plain é"),
    Case(bytes: [0x61, 0xff, 0x62], text: #"a\xffb"#),
    Case(bytes: Array(#"C:\dir"#.utf8), text: #"C:\dir"#),
    Case(bytes: Array(#"\xff"#.utf8), text: #"\x5cxff"#),
    Case(bytes: [0xe2, 0x82], text: #"\xe2\x82"#),
    Case(bytes: [0xe2, 0x82, 0xac, 0xc3], text: #"€\xc3"#),
    Case(bytes: [0xed, 0xa0, 0x80], text: #"\xed\xa0\x80"#),
  ]

  @Test(arguments: cases) func `escapes bytes that are no UTF-8 so that they can be had back`(_ test: Case) {
    #expect(JSONWriter.escapingNonUTF8(test.bytes) == test.text)
  }
}
