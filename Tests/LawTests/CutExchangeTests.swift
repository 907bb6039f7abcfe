import Foundation
import Recorder
import Replay
import SessionEvents
import TestSupport
import Testing

/// What is reported of HTTP sessions that a rotation cuts in the middle.
@Suite struct `Exchanges of sessions that were cut` {
  private func reports(
    _ events: [SessionEvent], cutBefore places: Set<Int>
  ) throws -> (paths: [String], reports: [Reports]) {
    let recording = try RotatedRecording(events) { place, recorder, _, forward in
      guard places.contains(place) else { return }
      recorder.rotate(forward: forward)
      recorder.rotate(forward: forward)
    }
    let withSessions = try recording.paths.map { ($0, try recording.replayed($0)) }.filter { !$0.1.isEmpty }
    return (withSessions.map { URL(filePath: $0.0).lastPathComponent }, withSessions.map { Reports($0.1) })
  }

  private func keptAlive() -> [SessionEvent] {
    var script = EventScript()
    script.client("GET /one HTTP/1.1\r\nHost: example.com\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
    script.server("56789")
    script.client("GET /two HTTP/1.1\r\nHost: example.com\r\n\r\n")
    script.server("HTTP/1.1 204 No Content\r\n\r\n")
    script.finish()
    return script.events.map(\.event)
  }

  @Test func `an answer that is cut is incomplete here, and the next exchange whole there`() throws {
    let (paths, found) = try reports(keptAlive(), cutBefore: [3])
    try #require(paths.count == 2)
    let first = try #require(found[0].exchanges.first)
    #expect(found[0].exchanges.count == 1)
    #expect(first.contains(#""target":"/one""#) && first.contains(#""status":200"#))
    #expect(first.contains(#""complete":false"#))
    let last = try #require(found[1].exchanges.last)
    #expect(last.contains(#""target":"/two""#) && last.contains(#""status":204"#))
    #expect(!last.contains(#""complete":false"#))
    #expect(found[0].show.contains { $0.contains("goes on in \(paths[1])") }, "\(found[0].show)")
    #expect(
      found[1].show.contains { $0.contains("continued from \(paths[0]), open since 1970-01-01") },
      "\(found[1].show)")
  }

  @Test func `one between two exchanges loses nothing`() throws {
    let (_, found) = try reports(keptAlive(), cutBefore: [4])
    for (report, target) in zip(found, ["/one", "/two"]) {
      #expect(report.exchanges.count == 1)
      #expect(report.exchanges[0].contains("\"target\":\"\(target)\""), "\(report.exchanges)")
      #expect(!report.exchanges[0].contains(#""complete":false"#))
    }
  }

  @Test func `every place of every real session can be cut`() throws {
    for name in Fixtures.files(in: ".") where name.hasSuffix(".pcap") {
      var events: [SessionEvent] = []
      let replayer = RecordingReplayer(path: Fixtures.folder.appending(path: name).path)
      _ = try replayer.replay { event, _ in events.append(event) }
      let places = stride(from: 1, to: events.count, by: max(1, events.count / 12))
      for place in places { _ = try reports(events, cutBefore: [place]) }
    }
  }
}
