import Foundation
import Glibc
import Operations
import SessionEvents
import TestSupport
import Testing

@Suite struct `relay status` {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path("relay.sock")
  }

  private func status(
    _ arguments: [String] = [], columns: String? = nil, answering answer: [UInt8]
  ) throws -> Tool.Result {
    let server = try CannedServer(path: path, answer: answer)
    defer { server.join() }
    var tool = Tool("relay")
    tool.environment["COLUMNS"] = columns
    return try tool.run(["status", "--socket", path] + arguments)
  }

  private func answer(_ body: [UInt8]) -> [UInt8] {
    Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
  }

  // MARK: A running service

  @Test func `shows a service at work`() throws {
    let result = try status(answering: answer(StatusSamples.busy.json()))
    #expect(
      result.output == """
        relay 0.1.0, process 4242, up 3 h 20 min, since 2023-11-14T22:13:20Z
        settings   /etc/wiretape/relay.yaml
        listening  127.0.0.1: tcp 51080, tls 51443
                   [::1]: dns/udp 51053
        recording  /var/lib/wiretape/20231114.pcap; 12.3 MB, 45,678 packets in all files; 3 events wait
        sessions   1,234 TCP (100 plain, 1,100 decrypted, 7 bypassed as asked), 56 UDP
        relayed    1.5 MB up, 20.0 MB down
        failure    recording: '20231113.pcap': write: No space left on device
        lost       17 events with 4.1 kB are not recorded
        ends       8 server unreachable, 2 TLS failed with the client, 3 reset by the server
        servers    certificates did not stand (TLS handshakes: 4)
        refused    1 not redirected here, 2 the relay's own
        accepting  paused: too many connections are open

        7 live sessions
          ID         AGE  PROCESS                 USER   CLIENT → SERVER                           PROTOCOL              UP    DOWN
           3  3 h 18 min  postgres-worker[99999]  alice  [::1]:40000 → [2001:db8::7]:5432          plain             345 kB     0 B
           7  2 min 10 s  curl[1234]              alice  127.0.0.1:40001 → www.example.com:443     TLSv1.3 h2        1.2 kB  2.3 MB
          12      45.0 s  ?                       1001   127.0.0.1:40002 → bank.example:443        bypassed             0 B     0 B
          15      900 ms  ?                       ?      127.0.0.1:40003 → 198.51.100.7:443        opening              0 B     0 B
          16       12 µs  ?                       ?      127.0.0.1:40004 → a\\u{1b}[2J.example:443  handshake            0 B     0 B
         123       1.5 s  dig[77]                 root   127.0.0.1:40005 → 198.51.100.7:53         dns                 30 B    90 B
        4000       2.0 s  curl[1235]              alice  127.0.0.1:40006 → 198.51.100.7:443        TLSv1.2, closing     1 B     0 B

        """)
    #expect(result.errors == "")
    #expect(result.status == 0)
  }

  @Test(arguments: [80, 100, 120]) func `fits the terminal`(_ columns: Int) throws {
    let result = try status(columns: String(columns), answering: answer(StatusSamples.busy.json()))
    let lines = result.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= columns })
    #expect(lines.contains { $0.count == columns })
    // Numbers are never cut.
    #expect(lines.contains { $0.hasSuffix(" 345 kB     0 B") })
    #expect(lines.contains { $0.contains("curl[1234]") })
  }

  @Test func `shows a service that has nothing to do`() throws {
    let result = try status(answering: answer(StatusSamples.idle.json()))
    #expect(
      result.output == """
        relay 0.1.0, process 4242, up 1.0 s, since 2023-11-14T22:13:20Z
        settings   no file
        listening  nowhere
        recording  none
        sessions   0 TCP, 0 UDP
        relayed    0 B up, 0 B down

        no live sessions

        """)
  }

  @Test func `prints the answer as it came`() throws {
    let json = StatusSamples.busy.json()
    let result = try status(["--json"], columns: "80", answering: answer(json))
    #expect(result.output == String(decoding: json, as: UTF8.self))
    #expect(result.status == 0)
  }

  @Test func `asks a real server`() throws {
    let ledger = SessionLedger()
    for event in EventScript(session: 5).events { ledger.receive(event.event) }
    let identity = ServiceIdentity(
      version: "0.1.0", pid: 7, started: Timestamp(nanoseconds: 0), listeners: [])
    let server = ControlServer(view: ServiceView(identity: identity, ledger: ledger) { ServiceReadings() })
    defer { server.shutDown() }
    try server.serve(ControlSocket.listen(path: path), offering: .everything)
    let result = try Tool("relay").run(["status", "--socket", path])
    #expect(result.output.hasPrefix("relay 0.1.0, process 7, up "))
    #expect(result.output.contains("\n1 live session\n"))
    #expect(result.output.contains("192.0.2.1:40000 → 198.51.100.7:80  opening"))
    #expect(result.status == 0)
  }

  // MARK: None

  @Test func `says so where no service runs`() throws {
    let result = try Tool("relay").run(["status", "--socket", path])
    #expect(
      result.errors == "relay: error: no relay answers on '\(path)'\n"
        + "relay: hint: start it with 'relay serve', or name its socket with --socket\n")
    #expect(result.output == "")
    #expect(result.status == 2)
    let dead = try ControlSocket.listen(path: path)
    close(dead.descriptor)
    #expect(try Tool("relay").run(["status", "--socket", path]).errors == result.errors)
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var answer: String
    var error: String

    var testDescription: String { error }
  }

  static let failures = [
    Case(answer: "", error: "the relay's answer makes no sense: no HTTP answer"),
    Case(answer: "SSH-2.0-OpenSSH\r\n\r\n", error: "the relay's answer makes no sense: no HTTP answer"),
    Case(
      answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
      error: "the relay's answer makes no sense: the answer is cut short"),
    Case(
      answer: "HTTP/1.1 200 OK\r\n\r\n{}",
      error: "the relay's answer makes no sense: the answer is cut short"),
    Case(
      answer: "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nfull\n",
      error: "the relay refuses to answer: 503, full"),
    Case(
      answer: "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"v\":2}",
      error: "the service's answer is not what this 'relay' knows"),
    Case(
      answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
      error: "the service's answer is not what this 'relay' knows"),
  ]

  @Test(arguments: failures) func `says what is wrong with an answer`(_ testCase: Case) throws {
    let result = try status(answering: Array(testCase.answer.utf8))
    #expect(result.errors.hasPrefix("relay: error: \(testCase.error)\n"))
    #expect(result.output == "")
    #expect(result.status == 2)
  }

  @Test func `refuses to ask too often`() throws {
    let result = try Tool("relay").run(["status", "--watch", "0"])
    #expect(
      result.errors == "relay: error: '0.0' seconds is not between 0.1 and 86400\n"
        + "relay: hint: see 'relay status --help'\n")
    #expect(result.status == 64)
  }
}

/// Gives one client an answer, whatever it asks.
private final class CannedServer: Sendable {
  private let socket: ControlSocket
  private let done = DispatchSemaphore(value: 0)

  init(path: String, answer: [UInt8]) throws {
    socket = try ControlSocket.listen(path: path)
    let (descriptor, done) = (socket.descriptor, done)
    Thread.detachNewThread {
      let client = accept(descriptor, nil, nil)
      var request = [UInt8](repeating: 0, count: 4_096)
      // All of it comes at once.
      _ = recv(client, &request, request.count, 0)
      _ = send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
      close(client)
      done.signal()
    }
  }

  func join() {
    done.wait()
    socket.close()
  }
}
