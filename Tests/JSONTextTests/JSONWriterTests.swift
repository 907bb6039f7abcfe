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
