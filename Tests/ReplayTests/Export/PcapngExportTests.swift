import CaptureFile
import ContentCoding
import Foundation
import Inspection
import SessionEvents
import TestSupport
import Testing

@testable import Replay

@Suite struct `pcapng export` {
  let place: TemporaryDirectory

  init() throws {
    place = try TemporaryDirectory()
  }

  /// Writes captures of `fixtures` into one file, and returns its path.
  private func export(_ names: [String], select criteria: SelectionCriteria = SelectionCriteria()) throws
    -> String
  {
    let options = ExportOptions(bodyLimit: nil, isRedacted: false, version: "9.9", title: "")
    let exporter = try PcapngExport(
      to: try ExportOutput(path: place.path("out.pcapng"), replacing: true), options: options,
      isPartial: !criteria.isEmpty)
    for name in names {
      let path = Fixtures.folder.appendingPathComponent(name).path
      var selection = Selection(criteria)
      try exporter.beginCapture(path, name: name)
      var failure: (any Error)?
      _ = try RecordingReplayer(path: path).observe(
        services: ContentServices.system, onPacket: exporter.onPacket
      ) {
        do { try exporter.receive($0, isWanted: selection.admits($0)) } catch { failure = error }
      }
      if let failure { throw failure }
      try exporter.endCapture()
    }
    try exporter.finish()
    #expect(try place.names() == ["out.pcapng"])
    return place.path("out.pcapng")
  }

  private func tshark(_ path: String, _ arguments: [String]) throws -> [String] {
    let run = try ToolRun(["tshark", "-r", path] + arguments)
    try #require(run.status == 0, "\(run.errors)")
    return run.lines.map(String.init)
  }

  private func fields(_ path: String, _ names: [String], _ arguments: [String] = []) throws -> [String] {
    try tshark(path, ["-n", "-T", "fields", "-E", "separator=|"] + arguments + names.flatMap { ["-e", $0] })
  }

  @Test func `keeps every packet as it was`() throws {
    for name in ["http1-tls.pcap", "http2-streams.pcap", "dns-tcp.pcap"] {
      let path = try export([name])
      let facts = [
        "frame.time_epoch", "frame.len", "frame.cap_len", "ip.src", "ipv6.src", "tcp.payload", "udp.payload",
      ]
      let original = Fixtures.folder.appendingPathComponent(name).path
      #expect(try fields(path, facts) == fields(original, facts))
    }
  }

  @Test func `says on a session's first packet what is known of it`() throws {
    let path = try export(["http1-tls.pcap"])
    let comments = try fields(path, ["frame.number", "frame.comment"], ["-Y", "frame.comment"])
    #expect(comments.map { $0.prefix { $0 != "|" } } == ["1", "5", "10", "14"])
    for fact in [
      "session 2: curl[111] → www.wiretape.test:443", "process: curl[111]", "user: uid 1000",
      "server: [2001:db8::10]:443 tcp", "TLS to the server: TLSv1.3 TLS_AES_128_GCM_SHA256, ALPN http/1.1",
      "certificate: CN=www.wiretape.test,O=Wiretape test world", "SNI: www.wiretape.test", "end: closed",
    ] {
      #expect(comments[1].contains(fact), "\(fact)")
    }
  }

  @Test func `gives Wireshark the names of the hosts`() throws {
    let path = try export(["http1-tls.pcap"])
    let names = try tshark(
      path, ["-N", "n", "-T", "fields", "-e", "ipv6.dst_host", "-Y", "tcp.flags.syn == 1"])
    #expect(names.contains("www.wiretape.test"))
    #expect(names.contains("ecdsa.wiretape.test"))
  }

  @Test func `raises no errors in tshark`() throws {
    let path = try export([
      "http1-tls.pcap", "http2-streams.pcap", "unreachable.pcap", "bad-certificates.pcap",
    ])
    let complaints = try fields(
      path, ["frame.number", "_ws.expert.message"],
      ["-Y", "_ws.malformed || _ws.expert.severity >= \"Warning\""])
    // The recordings themselves have resets.
    #expect(complaints.filter { !$0.contains("Connection reset") } == [])
    #expect(try ToolRun(["capinfos", path]).status == 0)
  }

  @Test func `writes only the packets of selected sessions`() throws {
    var criteria = SelectionCriteria()
    criteria.sessions = [try #require(SessionRange("2")), try #require(SessionRange("4"))]
    let path = try export(["http1-tls.pcap"], select: criteria)
    let comments = try fields(path, ["frame.comment"], ["-Y", "frame.comment"])
    #expect(comments.map { $0.prefix(10) } == ["session 2:", "session 4:"])
    #expect(try fields(path, ["tcp.stream"]).allSatisfy { $0 == "0" || $0 == "1" })
    #expect(Set(try fields(path, ["ipv6.addr"])).count == 4)
    // SYN to FIN, acknowledgements too.
    let original = Fixtures.folder.appendingPathComponent("http1-tls.pcap").path
    #expect(try fields(path, ["frame.time_epoch"]) == fields(original, ["frame.time_epoch"], ["-Y", "tcp"]))
  }

  @Test func `reads its own export like the capture, but for what packets cannot carry`() throws {
    let path = try export(["http1-plain.pcap"])
    func urls(_ path: String) throws -> [String] {
      var urls: [String] = []
      _ = try RecordingReplayer(path: path, usesSidecar: false).observe(services: .none) { observation in
        if case .exchange(let exchange, let summary) = observation, let web = WebExchange(exchange, summary) {
          urls.append(web.url(target: web.http.request?.target ?? []))
        }
      }
      return urls
    }
    let original = try urls(Fixtures.folder.appendingPathComponent("http1-plain.pcap").path)
    #expect(try urls(path) == original)
    #expect(!original.isEmpty)
  }

  @Test func `refuses what can be read only once`() throws {
    let exporter = try PcapngExport(
      to: try ExportOutput(path: place.path("out")), options: Exporting().options, isPartial: false)
    #expect(throws: ExportError.readOnce(path: "standard input")) {
      try exporter.beginCapture("-", name: nil)
    }
    #expect(throws: ExportError.readOnce(path: "/dev/null")) {
      try exporter.beginCapture("/dev/null", name: nil)
    }
  }
}

@Suite struct `Packet owners` {
  @Test func `are known for every packet, whatever the order in which they were told`() throws {
    let place = try TemporaryDirectory()
    let owners = PacketOwners(in: try OutputDirectory(path: place.url.path))
    var expected: [UInt64: UInt64] = [:]
    var random = SeededRandom(seed: 2)
    for packet: UInt64 in 1...200_000 where !(70_000...140_000).contains(packet) {
      guard random.next() % 3 > 0 else { continue }
      let late = random.next() % 1_000 == 0 && packet > 500 ? packet - random.next() % 500 : packet
      expected[late] = packet
      owners.set(packet, of: late)
    }
    owners.finish()
    for packet: UInt64 in 1...300_000 {
      let session = try owners.session(of: packet)
      guard session == expected[packet] ?? 0 else {
        Issue.record("packet \(packet)")
        break
      }
    }
  }
}
