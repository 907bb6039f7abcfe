import Testing

@testable import Relay

@Suite struct `Host patterns` {
  struct Case: CustomTestStringConvertible {
    var pattern: String
    var host: String
    var matches: Bool
    var testDescription: String { "\(pattern) and \(host)" }
  }

  static let cases = [
    Case(pattern: "example.com", host: "example.com", matches: true),
    Case(pattern: "example.com", host: "EXAMPLE.Com", matches: true),
    Case(pattern: "Example.com", host: "example.com.", matches: true),
    Case(pattern: "example.com.", host: "example.com", matches: true),
    Case(pattern: "example.com", host: "www.example.com", matches: false),
    Case(pattern: "example.com", host: "notexample.com", matches: false),
    Case(pattern: "*.example.com", host: "a.b.example.com.", matches: true),
    Case(pattern: "*.example.com", host: "example.com", matches: false),
    Case(pattern: "*.example.com", host: "notexample.com", matches: false),
    Case(pattern: "192.0.2.1", host: "192.0.2.1", matches: true),
    Case(pattern: "example.com", host: "", matches: false),
  ]

  @Test(arguments: cases) func `match names and those below them`(item: Case) {
    let found = HostPatterns([item.pattern]).pattern(matching: item.host)
    #expect(found == (item.matches ? item.pattern : nil))
  }
}
