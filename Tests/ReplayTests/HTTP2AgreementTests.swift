import ContentCoding
import Foundation
import Inspection
import Replay
import SessionEvents
import TestSupport
import Testing

/// What tshark reads in recordings of HTTP/2, and what is read here.
@Suite struct `HTTP/2 in recordings` {
  static let recordings = ["http2.pcap", "http2-streams.pcap"]

  @Test(arguments: recordings) func `has the requests and statuses that tshark sees`(name: String) throws {
    let lines = try tshark(
      name, ["method", "path", "authority", "status"].map { "http2.headers.\($0)" }, filter: "http2")
    let found = try exchanges(name)
    let requests = found.compactMap(\.request)
    #expect(!requests.isEmpty)
    #expect(requests.map { text($0.method) }.sorted() == lines.flatMap { $0[0] }.sorted())
    #expect(requests.map { text($0.target) }.sorted() == lines.flatMap { $0[1] }.sorted())
    #expect(requests.map { text($0.authority ?? []) }.sorted() == lines.flatMap { $0[2] }.sorted())
    #expect(found.compactMap(\.response).map { "\($0.status)" }.sorted() == lines.flatMap { $0[3] }.sorted())
    #expect(found.allSatisfy { $0.request?.isComplete == true && $0.response?.isComplete == true })
  }

  @Test(arguments: recordings) func `has the bodies that tshark puts together`(name: String) throws {
    let lines = try tshark(
      name,
      [
        "tcp.stream", "tcp.srcport", "http2.streamid", "http2.type", "http2.length", "http2.data.data",
      ], filter: "http2.type == 0")
    // With the last DATA frame of a stream tshark shows the whole body, decoded.
    var bodies: [String: [UInt8]] = [:]
    for line in lines {
      let frames = line[2].indices.filter { line[3][$0] == "0" && line[4][$0] != "0" }
      try #require(frames.count == line[5].count)
      for (frame, data) in zip(frames, line[5]) {
        bodies["\(line[0][0]) \(line[1][0]) \(line[2][frame])"] = [UInt8](hex: data)
      }
    }
    let digest = try #require(ContentServices.system.digests).makeSHA256()
    let expected = bodies.values.map { body in
      digest.update(body.span)
      return digest.finish().hexText
    }
    let found = try exchanges(name).flatMap { [$0.request?.body, $0.response?.body] }
      .compactMap { $0?.decodedSHA256?.hexText }
    #expect(!found.isEmpty)
    #expect(found.sorted() == expected.sorted())
  }

  @Test func `joins a header block of two frames, and tells a pushed stream`() throws {
    let found = try exchanges("corpus/arkime__http2-nghttp2.pcap")
    #expect(found.compactMap(\.request).map { text($0.target) } == ["/", "/stylesheets/screen.css"])
    #expect(found.compactMap(\.response).map(\.status) == [200, 200])
    #expect(found.compactMap(\.response).map(\.body.byteCount) == [6_616, 39_082])
    #expect(found.allSatisfy { $0.request?.isComplete == true && $0.response?.isComplete == true })
    let long = found.first?.request?.headers.filter { text($0.name).hasPrefix("continuation-test") }
    #expect(long?.isEmpty == false)
  }

  /// The values of fields, a line a packet; tshark joins those of a packet's many frames.
  private func tshark(_ name: String, _ fields: [String], filter: String) throws -> [[[String]]] {
    let run = try ToolRun(
      [
        "tshark", "-n", "-r", Fixtures.folder.appending(path: name).path, "-Y", filter, "-T", "fields",
        "-E", "separator=|", "-E", "aggregator=;",
      ] + fields.flatMap { ["-e", $0] })
    try #require(run.status == 0, "\(run.errors)")
    return run.lines.map { line in
      line.split(separator: "|", omittingEmptySubsequences: false).map { cell in
        cell.split(separator: ";").map(String.init)
      }
    }
  }

  private func exchanges(_ name: String) throws -> [HTTPExchange] {
    var inspector = Inspector(services: ContentServices.system)
    var found: [HTTPExchange] = []
    _ = try RecordingReplayer(path: Fixtures.folder.appending(path: name).path).replay { event, packet in
      inspector.receive(event, packet: packet) { observation in
        guard case .exchange(let exchange, _) = observation, case .http2(let http, _) = exchange.content
        else {
          return
        }
        #expect(exchange.findings == [])
        found.append(http)
      }
    }
    return found
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
