import CaptureFile
import Foundation
import Recorder
import SessionEvents
import TestSupport
import Testing

@Suite struct `Rotating recorder` {
  private static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)

  @Test func `leaves sessions where they began until they end`() throws {
    let rotating = try Rotating()
    var old = Script(1)
    var new = Script(2, client: "10.0.0.1:40001")
    old.client("GET / HTTP/1.1\r\n\r\n")
    new.client("GET / HTTP/1.1\r\n\r\n")
    rotating.record(old.events)
    rotating.recorder.rotate()
    rotating.record(new.events)
    old.server(Self.answer)
    old.close()
    rotating.record(old.events.suffix(2))
    #expect(rotating.finishedPaths == [rotating.paths[0]])
    rotating.recorder.finish()
    #expect(rotating.finishedPaths == rotating.paths)
    for (path, session) in zip(rotating.paths, [1, 2] as [UInt64]) {
      #expect(Set(try rotating.lines(path).map(\.session)) == [SessionID(session)])
      #expect(try Tshark(path: path).complaints() == [])
    }
    #expect(rotating.recorder.summary.sessionCount == 2)
    #expect(rotating.recorder.summary.recordingCount == 2)
  }

  @Test func `ends a recording in which nothing is open at once`() throws {
    let rotating = try Rotating()
    rotating.record(Script.exchange(1, client: "10.0.0.1:1", server: "10.0.0.2:80").events)
    rotating.recorder.rotate()
    #expect(rotating.finishedPaths == [rotating.paths[0]])
  }

  @Test func `rotates by size, counting both files`() throws {
    let rotating = try Rotating(RotationPolicy(size: 50_000))
    for number in 1...30 as ClosedRange<UInt64> {
      var script = Script(number, client: "10.0.0.1:\(40_000 + number)")
      script.server(noise(9_000))
      script.close()
      rotating.record(script.events)
    }
    rotating.recorder.finish()
    #expect((5...7).contains(rotating.paths.count))
    for path in rotating.paths.dropLast() {
      #expect((50_000...70_000).contains(try size(path) + size(sidecarPath(forCapture: path) ?? "")))
    }
    #expect(rotating.recorder.summary.sessionCount == 30)
    #expect(rotating.recorder.summary.byteCount == 270_000)
  }

  @Test func `rotates by time, unless there is nothing new`() throws {
    let rotating = try Rotating(RotationPolicy(interval: .seconds(60)))
    rotating.tick(after: 70)
    #expect(rotating.paths.count == 1)
    var idle = Script(1)
    idle.client("x")
    rotating.record(idle.events)
    rotating.tick()
    #expect(rotating.paths.count == 2 && rotating.finishedPaths == [])
    // The session is idle: it does not keep the first recording, nor makes more.
    for _ in 0..<5 { rotating.tick(after: 61) }
    #expect(rotating.paths.count == 2)
    #expect(rotating.finishedPaths == [rotating.paths[0]])
    idle.client("y")
    idle.close()
    rotating.record(idle.events.suffix(2))
    rotating.tick(after: 61)
    #expect(rotating.paths.count == 3)
    #expect(rotating.finishedPaths == Array(rotating.paths.prefix(2)))
  }

  @Test func `cuts a session at the next rotation, and says so in both recordings`() throws {
    let rotating = try Rotating()
    var script = Script(1, server: "93.184.216.34:443")
    script.add(.clientHello([1, 0, 0, 1, 9]))
    script.secure(alpn: "http/1.1")
    script.client("GET / HTTP/1.1\r\n\r\n")
    script.add(.gap(.serverToClient, byteCount: 7))
    script.server("HTTP/1.1 200 OK\r\n")
    let before = script.events.count
    rotating.record(script.events)
    rotating.recorder.rotate()
    #expect(rotating.finishedPaths == [])
    rotating.recorder.rotate()
    let names = rotating.paths.map(fileName)
    #expect(names.count == 3 && rotating.finishedPaths == Array(rotating.paths.prefix(2)))
    script.server("\r\n")
    script.close()
    rotating.record(script.events.dropFirst(before))
    rotating.recorder.finish()

    let first = try rotating.lines(rotating.paths[0])
    var closing = SessionClosing(.open)
    closing.continuedIn = names[2]
    #expect(first.last?.eventKind == .closed(closing))
    let lines = try rotating.lines(rotating.paths[2])
    guard case .opened(var opening)? = script.events.first?.kind else { return }
    opening.continues = SessionContinuation(recording: names[0], opened: script.events[0].time)
    let facts = script.events[1...3].map(\.kind)
    #expect(
      lines.prefix(6).map(\.eventKind)
        == [.opened(opening)] + facts + [
          .gap(.clientToServer, byteCount: 18), .gap(.serverToClient, byteCount: 24),
        ])
    // All at the time of the last event before, on the same port.
    #expect(Set(lines.prefix(6).map(\.time)) == [script.events[before - 1].time])
    guard case .opened(_, let shown)? = lines.first?.content else { return }
    #expect(shown?.server.description == "93.184.216.34:80")
    guard case .closed(_, let totals)? = lines.last?.content else { return }
    #expect(totals.server.byteCount == 2 && totals.client.byteCount == 0)
  }

  @Test func `goes on with the sequence numbers, so that merged captures are one stream`() throws {
    let rotating = try Rotating()
    var script = Script(1)
    script.client("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
    rotating.record(script.events)
    for piece in ["d", "e", "f"] {
      rotating.recorder.rotate()
      rotating.recorder.rotate()
      script.server(piece)
      rotating.record(script.events.suffix(1))
    }
    script.add(.halfClosed(.clientToServer), .halfClosed(.serverToClient))
    script.close()
    rotating.record(script.events.suffix(3))
    rotating.recorder.finish()
    for path in rotating.paths { #expect(try Tshark(path: path).complaints() == [], "\(path)") }
    let merged = rotating.files.path("merged.pcap")
    let run = try ToolRun(["mergecap", "-F", "nsecpcap", "-w", merged] + rotating.paths)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try Tshark(path: merged).complaints() == [])
    let streams = try Tshark(path: merged).follow("tcp", 0)
    #expect(streams.client == script.stream(.clientToServer))
    #expect(streams.server == script.stream(.serverToClient))
    let fields = try Tshark(path: merged).fields(["http.response.code"], ["-Y", "http.response"])
    #expect(fields == ["200"])
  }

  @Test func `tells again who has sent its last`() throws {
    let rotating = try Rotating()
    var script = Script(1)
    script.client("x")
    script.add(.halfClosed(.clientToServer))
    var datagrams = Script(2, transport: .udp, client: "10.0.0.1:9", server: "9.9.9.9:9999")
    datagrams.add(.datagram(.clientToServer, noise(20)), .halfClosed(.clientToServer))
    rotating.record(script.events + datagrams.events)
    rotating.recorder.rotate()
    rotating.recorder.rotate()
    script.server("y")
    script.close()
    rotating.record(script.events.suffix(2))
    datagrams.add(.datagram(.serverToClient, noise(30)))
    datagrams.close(.idle)
    rotating.record(datagrams.events.suffix(2))
    rotating.recorder.finish()
    let path = rotating.paths[2]
    let complaints = try Tshark(path: path).complaints()
    #expect(complaints == [], "\(complaints)")
    let flags = try Tshark(path: path).fields(["tcp.flags", "tcp.srcport"], ["-Y", "tcp"])
    #expect(
      flags == [
        "0x0011|40000", "0x0010|80", "0x0018|80", "0x0011|80", "0x0010|40000",
      ])
    let udp = try rotating.lines(path).filter { $0.session == SessionID(2) }.map(\.eventKind)
    #expect(
      udp.dropFirst().prefix(2) == [.gap(.clientToServer, byteCount: 20), .halfClosed(.clientToServer)])
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `makes captures that tshark believes, wherever they are cut`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let rotating = try Rotating { $0.segmentSize = 1_448 }
    var scripts = (1...12 as ClosedRange<UInt64>).map {
      Script($0, client: "10.0.0.1:\(40_000 + $0)", server: "93.184.216.34:9999")
    }
    for index in scripts.indices {
      for _ in 0..<random.next() % 20 {
        switch random.next() % 8 {
        case 0...3: scripts[index].client(noise(Int(random.next() % 5_000), seed: random.next()))
        default: scripts[index].server(noise(Int(random.next() % 50_000), seed: random.next()))
        }
      }
      if random.next() % 3 == 0 { scripts[index].add(.halfClosed(.clientToServer)) }
      scripts[index].server("bye")
      scripts[index].close(random.next() % 3 == 0 ? .reset(by: .client) : .fin)
    }
    for event in interleaved(scripts) {
      rotating.record([event])
      if random.next() % 16 == 0 { rotating.recorder.rotate() }
    }
    rotating.recorder.finish()
    for path in rotating.paths {
      let complaints = try Tshark(path: path).complaints()
      #expect(complaints == [], "\(fileName(path)): \(complaints)")
    }
  }

  @Test func `takes a session that is held back along whole`() throws {
    let rotating = try Rotating()
    var script = Script(1, server: "93.184.216.34:443")
    script.add(.clientHello([1, 0, 0, 1, 9]))
    rotating.record(script.events)
    rotating.recorder.rotate()
    rotating.recorder.rotate()
    let before = script.events.count
    script.secure(alpn: "h2")
    script.close()
    rotating.record(script.events.dropFirst(before))
    rotating.recorder.finish()
    #expect(try rotating.lines(rotating.paths[0]) == [])
    let lines = try rotating.lines(rotating.paths[2])
    #expect(lines.map(\.eventKind) == script.events.map(\.kind))
    #expect(lines.map(\.time) == script.events.map(\.time))
    #expect(try Tshark(path: rotating.paths[2]).complaints() == [])
  }

  @Test func `cuts a recording that has grown to twice its size`() throws {
    let rotating = try Rotating(RotationPolicy(size: 40_000))
    var script = Script(1)
    for index in 0..<30 as Range<UInt64> { script.server(noise(10_000, seed: index)) }
    rotating.record(script.events)
    rotating.recorder.finish()
    for path in rotating.paths { #expect(try size(path) < 100_000) }
    // From current to retired to the next: each took its share.
    #expect(rotating.paths.count > 3)
    let received = try rotating.paths.flatMap { path in
      try parts(ofRecordingAt: path).lines.compactMap { line -> UInt64? in
        if case .closed(_, let totals) = line.content { totals.server.byteCount } else { nil }
      }
    }
    #expect(received.reduce(0, +) == 300_000)
  }

  @Test func `does not count what it takes over as its own size`() throws {
    let rotating = try Rotating(RotationPolicy(size: 5_000))
    var scripts = (1...40 as ClosedRange<UInt64>).map { Script($0, client: "10.0.0.1:\(40_000 + $0)") }
    for index in scripts.indices { scripts[index].client("x") }
    rotating.record(scripts.flatMap(\.events))
    let count = rotating.paths.count
    for _ in 0..<20 { rotating.tick() }
    #expect(rotating.paths.count == count)
  }

  @Test func `goes on after events that cannot be`() throws {
    let rotating = try Rotating()
    var script = Script(1)
    script.client("x")
    rotating.record([script.events[1]])
    rotating.record([script.events[1]])
    rotating.record(script.events)
    rotating.recorder.finish()
    #expect(rotating.reports.contains(.misplaced(.misplacedEvent(SessionID(1)))))
    #expect(rotating.reports.count { if case .misplaced = $0 { true } else { false } } == 1)
    #expect(rotating.recorder.statistics.lostEventCount == 2)
    #expect(try rotating.lines(rotating.paths[0]).count == 2)
  }

  @Test func `names recordings by the time, and keeps them private`() throws {
    let rotating = try Rotating()
    rotating.record(Script(1).events)
    rotating.recorder.rotate()
    rotating.recorder.finish()
    let names = try rotating.names()
    #expect(names.count == 4)
    for name in names {
      #expect(name.wholeMatch(of: /relay-\d{8}T\d{6}Z(-2)?\.(pcap|sessions\.jsonl)/) != nil, "\(name)")
      #expect(try permissions(rotating.directory + "/" + name) == 0o600)
    }
    #expect(try permissions(rotating.directory) == 0o700)
  }

  @Test func `ends thousands of open sessions at once, in little memory`() throws {
    let rotating = try Rotating()
    let count: UInt64 = 5_000
    for number in 1...count {
      var script = Script(number, client: "10.0.\(number / 250).\(1 + number % 250):40000")
      script.client("x")
      rotating.record(script.events)
    }
    let start = monotonicNanoseconds()
    rotating.recorder.rotate()
    rotating.recorder.rotate()
    rotating.recorder.finish()
    #expect(monotonicNanoseconds() - start < 5_000_000_000)
    #expect(try rotating.lines(rotating.paths[2]).count == 3 * Int(count))
  }

  private func size(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
  }

  private func permissions(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }
}
