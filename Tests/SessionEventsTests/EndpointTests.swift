import SessionEvents
import Testing

@Suite struct `Endpoints` {
  @Test(arguments: ["192.0.2.1:80", "[2001:db8::1]:65535", "[::]:0"])
  func `is read as it is written`(text: String) throws {
    #expect(try #require(Endpoint(text)).description == text)
  }

  @Test(arguments: [
    "", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:+8", "[192.0.2.1]:80", "::1:80", "[::1]80",
    "[::1:80",
  ])
  func `refuses what is no endpoint`(text: String) {
    #expect(Endpoint(text) == nil)
  }
}
