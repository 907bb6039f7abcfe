import Testing

/// What a command line prints that asks for help.
struct HelpCase: CustomTestStringConvertible, Sendable {
  var arguments: [String]
  var help: String

  var testDescription: String { "replay \(arguments.joined(separator: " "))" }

  func check() throws {
    let result = try Tool("replay").run(arguments)
    #expect(result.output == help)
    #expect(result.status == 0)
  }
}
