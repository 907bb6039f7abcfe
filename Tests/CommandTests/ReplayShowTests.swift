import Foundation
import TestSupport
import Testing

@Suite struct `replay show` {
  private func show(_ options: [String], environment: [String: String?] = [:]) throws -> Tool.Result {
    let directory = try TemporaryDirectory()
    _ = try directory.write(SmallCapture.whole, to: "a.pcap")
    var tool = Tool("replay")
    tool.environment = environment
    return try tool.run(["show"] + options + ["a.pcap"], directory: directory.url.path)
  }

  @Test func `reads standard input as it reads a file`() throws {
    let file = try show([])
    let stream = try Tool("replay").run(["show", "-"], input: Data(SmallCapture.whole))
    #expect(file.output.contains("10.0.0.1:40000 → 10.0.0.2:53 (address) udp"))
    #expect(file.status == 0)
    #expect(stream.output == file.output)
  }

  @Test func `colours only a terminal, unless told otherwise`() throws {
    #expect(try !show([]).output.contains("\u{1b}"))
    #expect(try !show(["--color", "never"]).output.contains("\u{1b}"))
    #expect(try show(["--color", "always"]).output.contains("\u{1b}[1m"))
    #expect(try show(["--color", "always"], environment: ["NO_COLOR": "1"]).output.contains("\u{1b}[1m"))
  }
}
