import Packets
import SessionEvents
import TestSupport
import Testing

@testable import Recorder

/// Sessions of many shapes, as tshark sees them.
@Suite struct `Recorded sessions` {
  struct Shape: CustomTestStringConvertible {
    var name: String
    var framing = PacketWriter.Framing.raw
    var segmentSize = PacketWriter.maximumSegmentSize
    var initialSequence: UInt32?
    var script: Script

    var testDescription: String { name }
  }

  private static func script(
    client: String = "10.0.0.1:40000", server: String = "93.184.216.34:9000", _ tell: (inout Script) -> Void
  ) -> Script {
    var script = Script(client: client, server: server)
    tell(&script)
    return script
  }

  private static func conversation(_ script: inout Script) {
    script.client(noise(300))
    script.server(noise(70_000, seed: 6))
    script.client(noise(1, seed: 7))
    script.server(noise(1, seed: 8))
    script.server(noise(20_000, seed: 9))
  }

  static let shapes = [
    Shape(
      name: "the client ends first",
      script: script {
        conversation(&$0)
        $0.add(.halfClosed(.clientToServer))
        $0.server(noise(1_000, seed: 10))
        $0.add(.halfClosed(.serverToClient))
        $0.close()
      }),
    Shape(
      name: "the server ends first",
      script: script {
        conversation(&$0)
        $0.add(.halfClosed(.serverToClient))
        $0.client(noise(1_000, seed: 10))
        $0.add(.halfClosed(.clientToServer))
        $0.close()
      }),
    Shape(
      name: "no end of either direction before the close",
      script: script {
        conversation(&$0)
        $0.close()
      }),
    Shape(
      name: "a reset by the client",
      script: script {
        conversation(&$0)
        $0.close(.reset(by: .client))
      }),
    Shape(
      name: "a reset by the server after its end",
      script: script {
        conversation(&$0)
        $0.add(.halfClosed(.serverToClient))
        $0.close(.reset(by: .server))
      }),
    Shape(
      name: "a reset by the client after the server's end",
      script: script {
        conversation(&$0)
        $0.add(.halfClosed(.serverToClient))
        $0.client(noise(3))
        $0.close(.reset(by: .client))
      }),
    Shape(name: "nothing but a close", script: script { $0.close() }),
    Shape(
      name: "an unreachable server",
      script: script { $0.close(.reset(by: .server), cause: .upstreamUnreachable("Connection refused")) }),
    Shape(
      name: "still open",
      script: script {
        conversation(&$0)
        $0.close(.open)
      }),
    Shape(
      name: "IPv6",
      script: script(client: "[2001:db8::1]:40000", server: "[2606:2800:220:1::1]:9000") {
        conversation(&$0)
        $0.close()
      }),
    Shape(
      name: "Ethernet", framing: .ethernet,
      script: script {
        conversation(&$0)
        $0.close()
      }),
    Shape(
      name: "IPv6 over Ethernet", framing: .ethernet,
      script: script(client: "[2001:db8::1]:40000", server: "[2606:2800:220:1::1]:9000") {
        conversation(&$0)
        $0.close()
      }),
    Shape(
      name: "small segments", segmentSize: 1_448,
      script: script {
        conversation(&$0)
        $0.close()
      }),
    Shape(
      name: "segments of one byte", segmentSize: 1,
      script: script {
        $0.client("hello")
        $0.server("world, hello")
        $0.close()
      }),
    Shape(
      name: "sequence numbers that wrap", segmentSize: 4_000, initialSequence: 0xffff_ff00,
      script: script {
        conversation(&$0)
        $0.close()
      }),
    Shape(
      name: "sequence numbers that wrap in the handshake", initialSequence: 0xffff_fffe,
      script: script {
        conversation(&$0)
        $0.close()
      }),
    Shape(
      name: "a stream of 3 MiB one way",
      script: script {
        $0.client("GET")
        for index in 0..<48 { $0.server(noise(65_536, seed: UInt64(index))) }
        $0.close()
      }),
    Shape(
      name: "a stream of 3 MiB one way in small segments that wraps", segmentSize: 1_448,
      initialSequence: 0xfff0_0000,
      script: script {
        for index in 0..<48 { $0.client(noise(65_536, seed: UInt64(index))) }
        $0.close()
      }),
  ]

  @Test(arguments: shapes) func `please tshark, which finds every byte`(_ shape: Shape) throws {
    let recording = try Recording(shape.script.events) {
      $0.framing = shape.framing
      $0.segmentSize = shape.segmentSize
    } recorder: {
      if let sequence = shape.initialSequence { $0.initialSequence = { _, _ in sequence } }
    }
    let tshark = Tshark(path: recording.path)
    let complaints = try tshark.complaints()
    #expect(complaints == [])
    let (client, server) = try tshark.follow("tcp", 0)
    #expect(client == shape.script.stream(.clientToServer))
    #expect(server == shape.script.stream(.serverToClient))
    #expect(recording.summary.byteCount == UInt64(client.count + server.count))
  }

  @Test func `keep their bytes apart when fifty interleave`() throws {
    let scripts = (1...50).map { number in
      var script = Script(
        UInt64(number), client: "10.0.0.\(number % 3 + 1):\(40_000 + number)",
        server: number.isMultiple(of: 2) ? "93.184.216.34:9000" : "93.184.216.35:9001")
      for round in 0..<UInt64(number) {
        script.client(noise(1 + number * 7, seed: round))
        script.server(noise(1 + number * 90, seed: round + 100))
      }
      script.close(number.isMultiple(of: 5) ? .reset(by: .server) : .fin)
      return script
    }
    let recording = try Recording(interleaved(scripts))
    let tshark = Tshark(path: recording.path)
    let complaints = try tshark.complaints()
    #expect(complaints == [])
    for (index, script) in scripts.enumerated() where index.isMultiple(of: 7) {
      let (client, server) = try tshark.follow("tcp", index)
      #expect(client == script.stream(.clientToServer))
      #expect(server == script.stream(.serverToClient))
    }
  }

  @Test func `carry datagrams whole, of both IP versions`() throws {
    var v4 = Script(1, transport: .udp, client: "10.0.0.1:40000", server: "9.9.9.9:9953")
    var v6 = Script(2, transport: .udp, client: "[2001:db8::1]:40000", server: "[2620:fe::fe]:9953")
    for count in [0, 1, 512, 65_507] {
      v4.add(.datagram(.clientToServer, noise(count)), .datagram(.serverToClient, noise(count, seed: 8)))
      v6.add(.datagram(.clientToServer, noise(count)), .datagram(.serverToClient, noise(count, seed: 8)))
    }
    v4.close(.idle)
    v6.close(.idle)
    let recording = try Recording(interleaved([v4, v6]))
    let tshark = Tshark(path: recording.path)
    let complaints = try tshark.complaints()
    #expect(complaints == [])
    let lengths = try tshark.fields(["udp.length"])
    #expect(lengths.count == 16)
    #expect(lengths.suffix(4) == ["65515", "65515", "65515", "65515"])
    let (client, server) = try tshark.follow("udp", 0)
    #expect(client == noise(0) + noise(1) + noise(512) + noise(65_507))
    #expect(server == noise(1, seed: 8) + noise(512, seed: 8) + noise(65_507, seed: 8))
  }

  @Test func `show the times of their events`() throws {
    let script = Script.exchange(1, client: "10.0.0.1:40000", server: "10.0.0.2:80")
    let recording = try Recording(script.events)
    let times = try Tshark(path: recording.path).fields(["frame.time_epoch", "tcp.flags"])
    let event = script.events.map { event in
      let digits = String(event.time.nanoseconds)
      return "\(digits.prefix(10)).\(digits.dropFirst(10))"
    }
    // SYN, SYN-ACK and ACK; the request; the answer; FIN and ACK, twice.
    #expect(
      times == [
        "\(event[0])|0x0002", "\(event[0])|0x0012", "\(event[0])|0x0010", "\(event[1])|0x0018",
        "\(event[2])|0x0018", "\(event[3])|0x0011", "\(event[3])|0x0010", "\(event[4])|0x0011",
        "\(event[4])|0x0010",
      ])
  }

  @Test func `are the same bytes every time`() throws {
    let events = interleaved(
      (1...5).map { Script.exchange($0, client: "10.0.0.1:\(50_000 + $0)", server: "10.0.0.2:80") })
    let first = try Recording(events)
    let second = try Recording(events)
    #expect(try first.files.read("a.pcap") == second.files.read("a.pcap"))
    #expect(try first.files.read("a.sessions.jsonl") == second.files.read("a.sessions.jsonl"))
  }
}
