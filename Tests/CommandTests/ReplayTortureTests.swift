import Foundation
import TestSupport
import Testing

/// What `replay torture` prints and saves.
@Suite struct `replay torture` {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["http1-plain.pcap", "http1-plain.sessions.jsonl"] {
      _ = try directory.write(try Fixtures.bytes(name), to: name)
    }
  }

  private func run(_ arguments: [String], input: [UInt8] = []) throws -> Tool.Result {
    try Tool("replay").run(["torture"] + arguments, input: Data(input), directory: directory.url.path)
  }

  @Test func `saves the same of the same seed, beside the recording, and overwrites nothing`() throws {
    let arguments = ["--seed", "8", "--rounds", "3", "--keep", "http1-plain.pcap"]
    let first = try run(arguments)
    #expect(first.status == 0 && first.errors == "")
    #expect(first.output.hasPrefix("http1-plain.pcap: held for 3 rounds of seed 8, "))
    #expect(try run(arguments).output == first.output)
    #expect(
      try directory.names() == [
        "http1-plain.pcap", "http1-plain.sessions.jsonl", "http1-plain.torture-8-2.pcap",
        "http1-plain.torture-8-2.sessions.jsonl", "http1-plain.torture-8.pcap",
        "http1-plain.torture-8.sessions.jsonl",
      ])
    let saved = try directory.read("http1-plain.torture-8.pcap")
    #expect(try saved == directory.read("http1-plain.torture-8-2.pcap"))
    #expect(try saved != directory.read("http1-plain.pcap"))
  }

  @Test func `makes the directory that it is told, and names what came by standard input`() throws {
    let input = try directory.read("http1-plain.pcap")
    let result = try run(["--seed", "1", "--rounds", "1", "--keep", "-o", "out", "-"], input: input)
    #expect(result.status == 0, "\(result)")
    let path = directory.url.appending(path: "out").path
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["stdin.torture-1.pcap"])
  }

  @Test func `tells its seed where none was given`() throws {
    let result = try run(["--rounds", "1", "--json", "http1-plain.pcap"])
    let line = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    #expect(line?["seed"] is NSNumber)
    #expect(line?["verdict"] as? String == "held")
  }

  @Test func `reads damaged captures as far as they go, and says so`() throws {
    let bytes = try directory.read("http1-plain.pcap")
    _ = try directory.write(Array(bytes.dropLast(7)), to: "cut.pcap")
    let result = try run(["--seed", "1", "--rounds", "2", "cut.pcap"])
    #expect(result.status == 2)
    #expect(result.output.hasPrefix("cut.pcap: held for 2 rounds of seed 1"))
    #expect(result.errors.contains("replay: error: 'cut.pcap'"))
  }

  @Test func `says what it cannot read, and what it cannot save`() throws {
    let missing = try run(["missing.pcap"])
    #expect(missing.status == 2)
    #expect(missing.errors.hasPrefix("replay: error: 'missing.pcap': open: No such file or directory\n"))
    let unsaved = try run([
      "--seed", "1", "--rounds", "1", "--keep", "-o", "http1-plain.pcap/no", "http1-plain.pcap",
    ])
    #expect(unsaved.status == 2)
    #expect(unsaved.errors.hasPrefix("replay: error: 'http1-plain.pcap/no': mkdir: Not a directory\n"))
  }
}
