import ContentCoding
import Foundation
import Inspection
import SessionEvents
import TestSupport
import Testing

@testable import Replay

/// Runs an Inspector over scripts of events, with an exporter that writes into a directory of its own.
struct Exporting {
  let place: TemporaryDirectory
  var options = ExportOptions(bodyLimit: nil, isRedacted: false, version: "9.9", title: "test.pcap")

  init() throws {
    place = try TemporaryDirectory()
  }

  /// What the exporter wrote; nothing else is left in the directory.
  func run(
    _ sessions: [[PacketEvent]], isWanted: (Observation) -> Bool = { _ in true },
    _ make: (ExportOutput, ExportOptions) throws -> any Exporter
  ) throws -> (output: [UInt8], remarks: [String]) {
    let exporter = try make(try ExportOutput(path: place.path("out"), replacing: true), options)
    try exporter.beginCapture(place.path("test.pcap"), name: nil)
    try Self.observe(sessions, bodies: exporter.bodies) { observation in
      try exporter.receive(observation, isWanted: isWanted(observation))
    }
    try exporter.endCapture()
    try exporter.finish()
    #expect(try place.names() == ["out"])
    return (try place.read("out"), exporter.remarks)
  }

  /// Gives the events of all sessions to an Inspector, in order of their time.
  static func observe(
    _ sessions: [[PacketEvent]], bodies: (any BodyStore)?, _ receive: (Observation) throws -> Void
  ) throws {
    var inspector = Inspector(services: ContentServices.system, bodies: bodies)
    var failure: (any Error)?
    let events = sessions.flatMap(\.self).enumerated().sorted {
      ($0.element.event.time, $0.offset) < ($1.element.event.time, $1.offset)
    }
    for event in events.map(\.element) {
      inspector.receive(event.event, packet: event.packet) { observation in
        do { try receive(observation) } catch { failure = failure ?? error }
      }
    }
    if let failure { throw failure }
  }

  /// One session in which each request, with its headers, is answered by the response behind it.
  static func http(
    _ messages: [(request: String, response: String)], session: UInt64 = 1, at packet: UInt64 = 1
  ) -> [PacketEvent] {
    var script = EventScript(session: session, at: packet)
    for (request, response) in messages {
      if !request.isEmpty { script.client(request) }
      if !response.isEmpty { script.server(response) }
    }
    script.finish()
    return script.events
  }
}
