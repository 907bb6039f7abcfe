import CaptureFile
import ContentCoding
import Glibc
import Inspection
import Replay
import SessionEvents

/// Reads a capture as `replay` does, from the file to the lines of its reports.
///
/// The law: reports consist of whole lines, no line has a control character, and a line of JSON is one object.
enum ReplayTarget {
  static func run(_ input: [UInt8]) {
    let descriptor = CaptureTarget.file(input)
    defer { close(descriptor) }
    let replayer = RecordingReplayer(path: "/proc/self/fd/\(descriptor)", usesSidecar: false)
    var events = EventsReport(includesData: false)
    var exchanges = ExchangesReport()
    var show = ShowReport()
    var json: [UInt8] = []
    var text: [UInt8] = []
    var inspector = Inspector(services: ContentServices.system)
    _ = try? replayer.replay { event, packet in
      events.receive(event, packet: packet, into: &json)
      inspector.receive(event, packet: packet) { observation in
        exchanges.receive(observation, into: &json)
        show.receive(observation, into: &text)
      }
      check(json, isJSON: true)
      check(text, isJSON: false)
      json = []
      text = []
    }
  }

  private static func check(_ report: [UInt8], isJSON: Bool) {
    precondition(report.isEmpty || report.last == UInt8(ascii: "\n"), "a report without its last line end")
    for line in report.split(separator: UInt8(ascii: "\n")) {
      precondition(line.allSatisfy { $0 >= 0x20 && $0 != 0x7f }, "a control character in a report")
      guard isJSON else { continue }
      precondition(line.first == UInt8(ascii: "{") && line.last == UInt8(ascii: "}"), "a line that is no object")
    }
  }
}
