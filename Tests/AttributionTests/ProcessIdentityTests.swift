import Glibc
import SessionEvents
import TestSupport
import Testing

@testable import Attribution

@Suite struct `Process identity` {
  /// As /proc/PID/stat: fields 3 to 52, each its own number unless it is given.
  private func stat(_ name: String, _ fields: [Int: String] = [:]) -> [UInt8] {
    let rest = (3...52).map { fields[$0] ?? "\($0)" }
    return Array("7 (\(name)) \(rest.joined(separator: " "))\n".utf8)
  }

  @Test func `differs by start time, name, and where the arguments are`() throws {
    let identity = try #require(ProcessIdentity(stat: stat("curl")))
    for number in [22, 26, 28, 48, 49, 50] {
      #expect(ProcessIdentity(stat: stat("curl", [number: "1"])) != identity, "\(number)")
    }
    #expect(ProcessIdentity(stat: stat("wget")) != identity)
  }

  @Test func `is the same whatever the process does meanwhile`() throws {
    let identity = try #require(ProcessIdentity(stat: stat("curl")))
    // State, times, threads, memory, where it waits, last processor, exit status.
    for number in [3, 10, 12, 14, 15, 20, 23, 24, 29, 30, 35, 39, 52] {
      #expect(ProcessIdentity(stat: stat("curl", [number: "1"])) == identity, "\(number)")
    }
  }

  @Test func `is not mistaken where a number moves into its neighbour`() {
    let one = ProcessIdentity(stat: stat("x", [48: "11", 49: "1"]))
    let other = ProcessIdentity(stat: stat("x", [48: "1", 49: "11"]))
    #expect(one != other)
  }

  static let names = ["curl", "a) S 1 (b", "((()", "", "a\nb\\c", " "]

  @Test(arguments: names) func `has the name, whatever is in it`(_ name: String) {
    #expect(ProcessIdentity(stat: stat(name))?.name == name)
  }

  @Test func `is none of what is no such file`() {
    for text in ["", "7", "7 (", "7 )(", "7 )"] { #expect(ProcessIdentity(stat: Array(text.utf8)) == nil) }
  }

  @Test func `has the name that a process gives itself`() throws {
    let name = "a\\n)\n( b"
    let client = try Client(
      """
      open('/proc/self/comm', 'w').write(sys.argv[1])
      say()
      wait()
      """, [name])
    _ = client.line()
    let process = ProcessDirectory(pid: client.pid)
    let stat = process?.contents(of: "stat", limit: 2_048)
    #expect(stat.flatMap(ProcessIdentity.init(stat:))?.name == name)
  }
}

@Suite struct `Process directory` {
  @Test func `tells nothing any more once the process has ended`() throws {
    let client = try Client("say()\nwait()")
    _ = client.line()
    let pid = client.pid
    guard let process = ProcessDirectory(pid: pid) else { throw Client.Failure(call: "open /proc/\(pid)") }
    let name = process.contents(of: "comm", limit: 64)
    #expect(name == Array("python3\n".utf8))
    client.end()
    let later = process.contents(of: "comm", limit: 64)
    #expect(later == nil)
    let executable = process.link("exe")
    #expect(executable == nil)
    let isThere = ProcessDirectory(pid: 0) != nil
    #expect(!isThere)
  }
}
