import Inspection
import TestSupport
import Testing

@testable import Replay

@Suite struct `Text check` {
  struct Case: Sendable {
    var bytes: [UInt8]
    var isUTF8: Bool
    var isText: Bool
  }

  static let cases = [
    Case(bytes: [], isUTF8: true, isText: true),
    Case(bytes: Array("Grüße, \u{1f600}\r\n\t".utf8), isUTF8: true, isText: true),
    Case(bytes: [0x61, 0x00], isUTF8: true, isText: false),
    Case(bytes: [0x80], isUTF8: false, isText: false),
    Case(bytes: [0xc3], isUTF8: false, isText: false),
    Case(bytes: [0xc0, 0x80], isUTF8: false, isText: false),
    Case(bytes: [0xe0, 0x9f, 0xbf], isUTF8: false, isText: false),
    Case(bytes: [0xed, 0xa0, 0x80], isUTF8: false, isText: false),
    Case(bytes: [0xed, 0x9f, 0xbf], isUTF8: true, isText: true),
    Case(bytes: [0xf0, 0x8f, 0xbf, 0xbf], isUTF8: false, isText: false),
    Case(bytes: [0xf4, 0x8f, 0xbf, 0xbf], isUTF8: true, isText: true),
    Case(bytes: [0xf4, 0x90, 0x80, 0x80], isUTF8: false, isText: false),
    Case(bytes: [0xf5, 0x80, 0x80, 0x80], isUTF8: false, isText: false),
  ]

  @Test(arguments: cases)
  func `finds out whether bytes are UTF-8, and text`(_ test: Case) {
    var whole = TextCheck()
    whole.update(test.bytes.span)
    #expect(whole.isWholeUTF8 == test.isUTF8)
    #expect(whole.isText == test.isText)
    var split = TextCheck()
    for byte in test.bytes { split.update([byte].span) }
    #expect(split.isWholeUTF8 == test.isUTF8)
  }

  @Test func `agrees with the standard library about random bytes`() {
    var random = SeededRandom(seed: 12)
    for _ in 0..<20_000 {
      // Few values, so that many sequences are nearly right.
      let values: [UInt8] = [0x41, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xe1, 0xed, 0xf0, 0xf4]
      let bytes = (0..<Int(random.next() % 6)).map { _ in values[Int(random.next() % UInt64(values.count))] }
      var check = TextCheck()
      check.update(bytes.span)
      #expect(check.isWholeUTF8 == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
    }
  }

  @Test func `base64 in pieces is that of the whole`() {
    let bytes = (0..<100).map { UInt8($0) }
    for size in 1...7 {
      var pieces = Base64Pieces()
      var text = ""
      for start in stride(from: 0, to: bytes.count, by: size) {
        text += pieces.text(bytes.span.extracting(start..<min(start + size, bytes.count)))
      }
      #expect(text + pieces.finish() == Base64.text(bytes))
    }
  }
}

@Suite struct `Set-Cookie` {
  @Test func `is read as browsers read it`() throws {
    let text =
      "sid=a=b; Path=/; DOMAIN=.example.com ;Secure; httponly; SameSite=Lax; Expires=Wed, 21-Oct-15 07:28:00 GMT"
    let cookie = try #require(SetCookie(Array(text.utf8)))
    #expect(cookie.cookie == NamedValue(name: Array("sid".utf8), value: Array("a=b".utf8)))
    #expect(cookie.path == Array("/".utf8))
    #expect(cookie.domain == Array(".example.com".utf8))
    #expect(cookie.sameSite == Array("Lax".utf8))
    #expect(cookie.isSecure && cookie.isHTTPOnly)
    #expect(cookie.expires == "2015-10-21T07:28:00Z")
    #expect(SetCookie(Array("; Path=/".utf8)) == nil)
    #expect(SetCookie([]) == nil)
  }

  struct Date: Sendable {
    var text: String
    var date: String?
  }

  static let dates = [
    Date(text: "Wed, 21 Oct 2015 07:28:00 GMT", date: "2015-10-21T07:28:00Z"),
    Date(text: "Wed Oct 21 07:28:00 2015", date: "2015-10-21T07:28:00Z"),
    Date(text: "Thu, 01-Jan-1970 00:00:00 GMT", date: "1970-01-01T00:00:00Z"),
    Date(text: "Tue, 1 Jan 69 1:2:3", date: "2069-01-01T01:02:03Z"),
    Date(text: "0", date: nil),
    Date(text: "32 Jan 2020 00:00:00", date: nil),
    Date(text: "1 Jan 2020 24:00:00", date: nil),
    Date(text: "1 Jan 1600 00:00:00", date: nil),
  ]

  @Test(arguments: dates)
  func `reads dates in every form that RFC 6265 knows`(_ test: Date) {
    #expect(CookieDate.text(Array(test.text.utf8)) == test.date)
  }
}

@Suite struct `Names and values` {
  private func pairs(_ values: [NamedValue]) -> [String] {
    values.map { "\(String(decoding: $0.name, as: UTF8.self))→\(String(decoding: $0.value, as: UTF8.self))" }
  }

  @Test func `of a query are decoded`() {
    let text = "a=1&b=x+y%20z&&c&d=%e2%82%ac&e=%zz&f=a=b"
    #expect(
      pairs(NamedValues.parameters(Array(text.utf8))) == ["a→1", "b→x y z", "c→", "d→€", "e→%zz", "f→a=b"])
    #expect(NamedValues.query(Array("/p?q=1#f".utf8)).map(Array.init) == Array("q=1".utf8))
    #expect(NamedValues.query(Array("/p".utf8)) == nil)
  }

  @Test func `of a Cookie field may lack a name`() {
    #expect(pairs(NamedValues.cookies(Array("a=1;  b = 2 ;; alone".utf8))) == ["a→1", "b→2", "→alone"])
  }

  @Test func `a URL has nothing in it but printable ASCII`() {
    #expect(PercentCoding.printable(Array("/a b\"%41é|\u{1}".utf8)) == "/a%20b%22%41%C3%A9%7C%01")
  }
}
