import TestSupport
import Testing

@testable import Replay

@Suite struct `File name` {
  struct Case: CustomTestStringConvertible, Sendable {
    var bytes: [UInt8]
    var name: String

    init(_ text: String, _ name: String) {
      self.init(Array(text.utf8), name)
    }

    init(_ bytes: [UInt8], _ name: String) {
      self.bytes = bytes
      self.name = name
    }

    var testDescription: String { String(decoding: bytes.prefix(30), as: UTF8.self).debugDescription }
  }

  static let cases = [
    Case("index.html", "index.html"),
    Case("../../etc/passwd", "_.._etc_passwd"),
    Case("..", "body"),
    Case(".", "body"),
    Case("", "body"),
    Case("/", "_"),
    Case(".bashrc", "bashrc"),
    Case("-rf", "rf"),
    Case("~root", "root"),
    Case(" . -name", "name"),
    Case("a\nb\r\u{0}c\u{7f}\u{1b}[2J", "a_b__c__[2J"),
    Case("a/b\\c:d", "a_b_c_d"),
    Case("what?*\"<>|", "what______"),
    Case("photo\u{202e}gpj.exe", "photo_gpj.exe"),
    Case("a\u{200b}b\u{feff}c\u{00ad}d\u{2028}e", "a_b_c_d_e"),
    Case("\u{1f600} naïve 文件.txt", "\u{1f600} naïve 文件.txt"),
    Case([0x61, 0xff, 0xfe, 0x62, 0xc3], "a__b_"),
    Case([0xed, 0xa0, 0x80], "___"),
    Case("CON", "_CON"),
    Case("con.txt", "_con.txt"),
    Case("nul .txt", "_nul.txt"),
    Case("COM1.tar.gz", "_COM1.tar.gz"),
    Case("lpt¹", "_lpt¹"),
    Case("CONIN$", "_CONIN$"),
    Case("CONSOLE", "CONSOLE"),
    Case("COM10", "COM10"),
    Case("name. . ", "name"),
    Case("a\u{a0}b\u{3000}c", "a_b_c"),
  ]

  @Test(arguments: cases)
  func `is safe whatever it is made of`(_ test: Case) {
    #expect(FileName(test.bytes).description == test.name)
  }

  @Test func `is short enough with all that may be added`() {
    let texts = [
      String(repeating: "a", count: 10_000), String(repeating: "é", count: 5_000) + ".html",
      String(repeating: "\u{1f600}", count: 300), "x." + String(repeating: "y", count: 400),
    ]
    for text in texts {
      let name = FileName(Array(text.utf8))
      let whole = name.suffixed(number: .max, mark: ".gz.incomplete")
      #expect(whole.utf8.count <= FileName.byteLimit, "\(text.prefix(10))")
      #expect(!whole.unicodeScalars.contains("\u{fffd}"))
    }
    #expect(FileName(Array(texts[1].utf8)).description.hasSuffix("é.html"))
  }

  @Test func `obeys its own rules for random bytes`() {
    var random = SeededRandom(seed: 4)
    for _ in 0..<5_000 {
      let bytes = (0..<Int(random.next() % 40)).map { _ in UInt8(truncatingIfNeeded: random.next() >> 8) }
      let name = FileName(bytes).description
      #expect(!name.isEmpty && name.utf8.count <= FileName.byteLimit)
      #expect(name != "." && name != "..")
      #expect(!name.utf8.contains { $0 < 0x20 || $0 == 0x2f || $0 == 0x5c || $0 == 0x7f })
      #expect(name.first.map { !".-~ ".contains($0) } == true)
      #expect(FileName(Array(name.utf8)).description == name)
    }
  }

  struct Suffix: Sendable {
    var name: String
    var number: Int
    var mark: String
    var result: String
  }

  static let suffixes = [
    Suffix(name: "a.html", number: 1, mark: "", result: "a.html"),
    Suffix(name: "a.html", number: 2, mark: "", result: "a-2.html"),
    Suffix(name: "a", number: 3, mark: ".incomplete", result: "a-3.incomplete"),
    Suffix(name: "a.b c", number: 2, mark: "", result: "a.b c-2"),
  ]

  @Test(arguments: suffixes)
  func `takes a number before its extension, and a mark behind it`(_ test: Suffix) {
    #expect(FileName(Array(test.name.utf8)).suffixed(number: test.number, mark: test.mark) == test.result)
  }
}
