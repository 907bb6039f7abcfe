import ContentCoding
import Inspection
import Recorder
import Replay
import SessionEvents
import TestSupport

/// Events recorded into files of their own, which go when it goes; and what the recorder said live.
final class Recording {
  let path: String
  private(set) var forwarded: [PacketEvent] = []
  private let directory: TemporaryDirectory

  init(_ events: [SessionEvent], segmentSize: Int? = nil) throws {
    directory = try TemporaryDirectory()
    path = directory.path("recording.pcap")
    var configuration = RecorderConfiguration(
      path: path, tool: "law tests", created: events.first?.time ?? Timestamp(nanoseconds: 0))
    if let segmentSize { configuration.segmentSize = segmentSize }
    var recorder = try SessionRecorder(configuration)
    var forwarded: [PacketEvent] = []
    for event in events {
      try recorder.record(event) { forwarded.append(PacketEvent($0, packet: $1)) }
    }
    try recorder.finish { forwarded.append(PacketEvent($0, packet: $1)) }
    self.forwarded = forwarded
  }

  func replayed(usesSidecar: Bool = true) throws -> [PacketEvent] {
    var events: [PacketEvent] = []
    let notes = try RecordingReplayer(path: path, usesSidecar: usesSidecar).replay {
      events.append(PacketEvent($0, packet: $1))
    }
    guard notes.allSatisfy({ !$0.isDamage }) else { throw Damage(notes: notes) }
    return events
  }

  struct Damage: Error {
    var notes: [ReplayNote]
  }

  // MARK: The capture's packets

  /// The capture's file header, and its records.
  func records() throws -> (header: [UInt8], records: [[UInt8]]) {
    let bytes = try capture()
    var records: [[UInt8]] = []
    var offset = 24
    while offset + 16 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[offset + 8 + $1]) << (8 * $1) }
      records.append(Array(bytes[offset..<offset + 16 + length]))
      offset += 16 + length
    }
    return (Array(bytes.prefix(24)), records)
  }

  /// Puts other bytes in the place of the capture; the sidecar stays as it is.
  func replaceCapture(with bytes: [UInt8]) throws {
    _ = try directory.write(bytes, to: "recording.pcap")
  }

  func sidecar() throws -> [UInt8] { try directory.read("recording.sessions.jsonl") }

  /// Puts other bytes in the place of the sidecar.
  func replaceSidecar(with bytes: [UInt8]) throws {
    _ = try directory.write(bytes, to: "recording.sessions.jsonl")
  }

  func capture() throws -> [UInt8] { try directory.read("recording.pcap") }
}

/// What both reports make of events.
struct Reports: Equatable {
  var show: [String] = []
  var exchanges: [String] = []

  init(_ events: [PacketEvent]) {
    var inspector = Inspector(services: ContentServices.system)
    var show = ShowReport()
    var exchanges = ExchangesReport()
    var showBytes: [UInt8] = []
    var exchangesBytes: [UInt8] = []
    for event in events {
      inspector.receive(event.event, packet: event.packet) { observation in
        show.receive(observation, into: &showBytes)
        exchanges.receive(observation, into: &exchangesBytes)
      }
    }
    self.show = Self.lines(showBytes)
    self.exchanges = Self.lines(exchangesBytes)
  }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
