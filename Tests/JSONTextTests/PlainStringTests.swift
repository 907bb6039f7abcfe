import JSONText
import Testing

@Suite struct `Plain strings` {
  @Test func `a special byte is found wherever it stands`() {
    for count in 1...40 {
      for place in 0..<count {
        var text = [UInt8](repeating: UInt8(ascii: "~"), count: count)
        text[place] = UInt8(ascii: "\"")
        var json = JSONWriter()
        json.string(bytes: text)
        let tildes = { String(repeating: "~", count: $0) }
        #expect(json.text == "\"" + tildes(place) + #"\""# + tildes(count - 1 - place) + "\"")
      }
    }
  }

  @Test func `every byte of ASCII is escaped, or stands as it is`() {
    for byte in UInt8(0)..<0x80 {
      let isPlain = byte >= 0x20 && byte != 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
      for text in [[byte], [UInt8](repeating: UInt8(ascii: " "), count: 8) + [byte]] {
        var json = JSONWriter()
        json.string(String(decoding: text, as: UTF8.self))
        let whole = "\"" + String(decoding: text, as: UTF8.self) + "\""
        #expect((json.text == whole) == isPlain, "byte \(byte)")
      }
    }
  }

  @Test func `text that is no ASCII is not taken for invalid`() {
    var json = JSONWriter()
    json.array { json in
      json.string(bytes: Array("wörter mit umlauten".utf8))
      json.string("ü")
    }
    #expect(json.text == #"["wörter mit umlauten","ü"]"#)
  }

  @Test func `integers of every width are written`() {
    var json = JSONWriter()
    json.array { json in
      json.integer(UInt64.max)
      json.integer(Int64.min)
      json.integer(Int8(-1))
      json.integer(0)
    }
    #expect(json.text == "[18446744073709551615,-9223372036854775808,-1,0]")
  }
}
