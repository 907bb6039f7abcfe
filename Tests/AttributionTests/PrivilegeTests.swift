import Foundation
import Glibc
import TestSupport
import Testing

/// What the service sees once it is no longer root: `AttributionProbe`, as another user, with two capabilities or none.
@Suite(.enabled(if: geteuid() == 0)) struct `Host processes, to an ordinary user` {
  /// The probe, where that user can execute it.
  private func probe(keeping capabilities: [String]) throws -> (probe: Client, files: TemporaryDirectory) {
    let files = try TemporaryDirectory()
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let source = URL(filePath: tests).deletingLastPathComponent().appending(path: "AttributionProbe").path
    // By a program: a descriptor that is open for writing here, a child that another test starts just then has too, and
    // what is open for writing cannot be executed.
    let copy = try ToolRun(["install", "-m", "755", source, files.path("probe")])
    #expect(copy.status == 0, "\(copy.errors)")
    chmod(files.url.path, 0o755)
    let client = try Client(
      command: OtherUser.become("64124", keeping: capabilities) + ["--no-new-privs", files.path("probe")])
    return (client, files)
  }

  private func connected(to port: String) throws -> Client {
    try Client(
      """
      client = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
      wait()
      """, [port], prefix: OtherUser.nobody)
  }

  @Test func `are seen with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH`() throws {
    let (probe, files) = try probe(keeping: ["sys_ptrace", "dac_read_search"])
    let port = try #require(probe.line())
    let client = try connected(to: port)
    let executable = try #require(realpath("/usr/bin/python3", nil))
    defer { free(executable) }
    let expected = "65534 nobody \(client.pid) python3 \(String(cString: executable)) \(port)"
    #expect(probe.line()?.hasSuffix(" \(expected)") == true)
    withExtendedLifetime(files) {}
  }

  @Test func `are known by their user alone without`() throws {
    let (probe, files) = try probe(keeping: [])
    let client = try connected(to: try #require(probe.line()))
    #expect(probe.line()?.hasSuffix(" 65534 nobody - - - -") == true)
    withExtendedLifetime((client, files)) {}
  }
}
