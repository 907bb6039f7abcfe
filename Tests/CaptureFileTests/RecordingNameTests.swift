import CaptureFile
import SessionEvents
import Testing

@Suite struct `Recording name` {
  private let time = Timestamp(nanoseconds: 1_796_112_000_999_000_000)

  @Test func `tells the second, in UTC`() {
    let name = RecordingName(time)
    #expect(name.capture == "relay-20261201T080000Z.pcap")
    #expect(name.sidecar == "relay-20261201T080000Z.sessions.jsonl")
    #expect(sidecarPath(forCapture: name.capture) == name.sidecar)
  }

  @Test func `numbers what begins in the same second`() {
    #expect(RecordingName(time).next?.capture == "relay-20261201T080000Z-2.pcap")
  }

  @Test func `orders by time, then by number`() {
    let later = RecordingName(Timestamp(nanoseconds: time.nanoseconds + 1_000_000_000))
    let names = (1...12).map { RecordingName(time, number: $0) } + [later]
    #expect(names.shuffled().sorted() == names)
  }

  @Test func `is read from either file's name`() {
    for number in [1, 2, 10] {
      let name = RecordingName(time, number: number)
      #expect(RecordingName(fileName: name.capture) == name)
      #expect(RecordingName(fileName: name.sidecar) == name)
    }
  }

  static let foreign = [
    "relay.pcap", "relay-.pcap", "relay-20261201T080000Z", "relay-20261201T080000Z.pcapng",
    "relay-20261201T080000Z-1.pcap", "relay-20261201T080000Z-02.pcap", "relay-20261201T080000Z-+2.pcap",
    "relay-20261201T080000Z-2-3.pcap", "relay-20261201T080000Z-x.pcap", "relay-20261201T08000Z.pcap",
    "relay-2026120aT080000Z.pcap", "other-20261201T080000Z.pcap", "relay-20261201T080000Z.pcap.pcap",
    "xrelay-20261201T080000Z.pcap", "relay-20261201T080000Z .pcap", "",
  ]

  @Test(arguments: foreign) func `is not read from other names`(name: String) {
    #expect(RecordingName(fileName: name) == nil)
  }
}
