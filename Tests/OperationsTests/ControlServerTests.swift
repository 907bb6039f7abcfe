import Foundation
import Glibc
import SessionEvents
import Synchronization
import TestSupport
import Testing

@testable import Operations

@Suite struct `Control server` {
  /// A server on a socket of its own, with a ledger of its own.
  final class Service {
    let directory: TemporaryDirectory
    let path: String
    let ledger = SessionLedger()
    let server: ControlServer

    init(offering offer: ControlServer.Offer = .everything, limits: ControlLimits = ControlLimits()) throws {
      directory = try TemporaryDirectory()
      path = directory.path("relay.sock")
      let identity = ServiceIdentity(
        version: "0.1.0", pid: 42, started: Timestamp(nanoseconds: 0), listeners: [])
      let view = ServiceView(identity: identity, ledger: ledger) { ServiceReadings() }
      server = ControlServer(view: view, limits: limits)
      try server.serve(ControlSocket.listen(path: path), offering: offer)
    }

    deinit {
      server.shutDown()
    }

    func answer(to request: String) throws -> String? {
      let socket = try UnixSocket(path: path)
      socket.send(request)
      return socket.receiveAll()
    }

    /// Opens sessions, so that a status is long.
    func open(_ count: UInt64) {
      for id in 1...count {
        for event in EventScript(session: id).events { ledger.receive(event.event) }
      }
    }
  }

  private static func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n" }

  @Test func `tells the status`() throws {
    let service = try Service()
    service.open(3)
    let body = try ControlClient.get("/status", from: service.path)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
    #expect(object["pid"] as? Int == 42)
    #expect((object["sessions"] as? [Any])?.count == 3)
    let answer = try #require(try service.answer(to: Self.get("/status?x=y")))
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(answer.contains("Content-Type: application/json\r\n"))
    #expect(answer.contains("Connection: close\r\n"))
  }

  @Test func `tells metrics`() throws {
    let service = try Service(offering: .metrics)
    let metrics = try Exposition(ControlClient.get("/metrics", from: service.path))
    #expect(metrics.value("wiretape_build_info", ["version": "0.1.0"]) == 1)
    #expect(throws: ControlClient.Failure.refused(status: 404, "only /metrics can be had here")) {
      try ControlClient.get("/status", from: service.path)
    }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var request: String
    var status: String

    var testDescription: String { String(request.prefix(40)) }
  }

  static let refusals = [
    Case(request: get("/"), status: "404 Not Found"),
    Case(request: get("/metrics/"), status: "404 Not Found"),
    Case(request: get("http://x/metrics"), status: "404 Not Found"),
    Case(request: "POST /status HTTP/1.1\r\nHost: x\r\n\r\n", status: "405 Method Not Allowed"),
    Case(request: "HEAD /status HTTP/1.1\r\nHost: x\r\n\r\n", status: "405 Method Not Allowed"),
    Case(request: "GET /status HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", status: "400 Bad Request"),
    Case(request: "GET /status\r\n\r\n", status: "400 Bad Request"),
    Case(request: "\u{16}\u{3}\u{1}\u{0}\u{1}\r\n\r\n", status: "400 Bad Request"),
    Case(
      request: "GET /status HTTP/1.1\r\nX: \(String(repeating: "x", count: 9_000))\r\n\r\n",
      status: "431 Request Header Fields Too Large"),
    Case(
      request: "GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\n\r\n",
      status: "431 Request Header Fields Too Large"),
  ]

  @Test(arguments: refusals) func `refuses what it does not serve`(_ testCase: Case) throws {
    let service = try Service()
    let answer = try #require(try service.answer(to: testCase.request))
    #expect(answer.hasPrefix("HTTP/1.1 \(testCase.status)\r\n"))
    // Others are not affected.
    #expect(throws: Never.self) { try ControlClient.get("/status", from: service.path) }
  }

  @Test func `answers who sends no more, and whose request comes in pieces`() throws {
    let service = try Service()
    let socket = try UnixSocket(path: service.path)
    for byte in Self.get("/metrics") { socket.send(String(byte)) }
    socket.finishSending()
    #expect(socket.receiveAll()?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
  }

  @Test func `answers one request a connection`() throws {
    let service = try Service()
    let answer = try #require(try service.answer(to: Self.get("/metrics") + Self.get("/metrics")))
    #expect(answer.components(separatedBy: "HTTP/1.1 200 OK\r\n").count == 2)
  }

  @Test func `gives up a request that does not end`() throws {
    var limits = ControlLimits()
    limits.requestPatience = .milliseconds(100)
    let service = try Service(limits: limits)
    let slow = try UnixSocket(path: service.path)
    slow.send("GET /status HT")
    #expect(throws: Never.self) { try ControlClient.get("/status", from: service.path) }
    #expect(slow.receiveAll()?.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") == true)
  }

  @Test func `gives up who does not read`() throws {
    var limits = ControlLimits()
    limits.patience = .milliseconds(100)
    let service = try Service(limits: limits)
    // More than a socket's buffer takes.
    service.open(5_000)
    let deaf = try UnixSocket(path: service.path)
    deaf.send(Self.get("/status"))
    #expect(throws: Never.self) { try ControlClient.get("/metrics", from: service.path) }
    // The peer's end hangs up without this side having read.
    var events = pollfd(fd: deaf.descriptor, events: 0, revents: 0)
    #expect(poll(&events, 1, 10_000) == 1)
    #expect(events.revents & Int16(POLLHUP) != 0)
    let received = try #require(deaf.receiveAll())
    #expect(received.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(!received.hasSuffix("}\n"))
  }

  @Test func `tells the seventeenth that sixteen are there, until one goes`() throws {
    let service = try Service()
    var idle = try (0..<16).map { _ in try UnixSocket(path: service.path) }
    #expect(throws: ControlClient.Failure.refused(status: 503, "16 connections are open already")) {
      try ControlClient.get("/status", from: service.path)
    }
    idle.removeLast()
    // The server sees the end a little later than this side.
    let deadline = ContinuousClock.now + .seconds(10)
    var answer: [UInt8]?
    while answer == nil, .now < deadline { answer = try? ControlClient.get("/status", from: service.path) }
    #expect(answer != nil)
    #expect(idle.count == 15)
  }

  @Test func `answers many at once`() throws {
    let service = try Service()
    service.open(1_000)
    let path = service.path
    let results = Results()
    DispatchQueue.concurrentPerform(iterations: 12) { _ in
      results.add((try? ControlClient.get("/status", from: path))?.count ?? 0)
    }
    #expect(results.all.count == 12)
    #expect(results.all.allSatisfy { $0 > 100_000 })
  }

  @Test func `serves loopback, too`() throws {
    let service = try Service()
    let socket = try ControlSocket.listen(on: #require(Endpoint("127.0.0.1:0")))
    try service.server.serve(socket, offering: .metrics)
    let result = try ToolRun(["curl", "-sSi", "--max-time", "10", "http://\(socket.address)/metrics"])
    #expect(result.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(result.text.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
    #expect(result.text.contains("\nwiretape_build_info{version=\"0.1.0\"} 1\n"))
  }

  @Test func `leaves nothing behind`() throws {
    let service = try Service()
    let open = try UnixSocket(path: service.path)
    service.server.shutDown()
    #expect(open.receiveAll() == "")
    #expect(try service.directory.names() == [])
    #expect(throws: ControlClient.Failure.notRunning(path: service.path)) {
      try ControlClient.get("/status", from: service.path)
    }
  }
}

/// Numbers from many threads.
private final class Results: Sendable {
  private let values = Mutex<[Int]>([])

  func add(_ value: Int) { values.withLock { $0.append(value) } }
  var all: [Int] { values.withLock(\.self) }
}
