import CaptureFile
import Testing

@Suite struct `Capture error` {
  @Test func `is one line, whatever is in a path`() {
    let error = CaptureError.empty(path: "a\n\u{1b}]0;b\u{7}\u{202e}c\u{2028}\u{9b}d")
    #expect(error.description == "'a\\u{a}\\u{1b}]0;b\\u{7}\\u{202e}c\\u{2028}\\u{9b}d' is empty")
  }

  @Test func `leaves other text as it is`() {
    #expect(CaptureError.empty(path: "größe 日本 \u{1f600}").description == "'größe 日本 \u{1f600}' is empty")
  }

  @Test func `names link types in words`() {
    #expect(
      CaptureError.linkType(path: "a", number: 105).description
        == "'a' has link type 105 (IEEE802_11: 802.11), which is not supported")
    #expect(
      CaptureError.linkType(path: "a", number: 9_999).description
        == "'a' has link type 9999, which is not supported")
  }
}
