import Replay
import SessionEvents
import Testing

@Suite struct `Datagram sessions` {
  let resolver = Endpoint(address: .v4(0x0808_0808), port: 53)
  let client = Endpoint(address: .v4(0x0a00_0001), port: 40_000)

  @Test func `pair a client and a server`() {
    var bench = Bench()
    bench.sendDatagram(from: client, to: resolver, "q", seconds: 0)
    bench.sendDatagram(from: resolver, to: client, "a", seconds: 1)
    bench.finish()
    #expect(
      bench.log == [
        "udp 10.0.0.1:40000 > 8.8.8.8:53 @1", "client datagram: q @1", "server datagram: a @2",
        "closed idle @2",
      ])
  }

  @Test func `know the server by port 53 when its answer comes first`() {
    var bench = Bench()
    bench.sendDatagram(from: resolver, to: client, "a", seconds: 0)
    #expect(bench.log == ["udp 10.0.0.1:40000 > 8.8.8.8:53 @1", "server datagram: a @1"])
  }

  @Test func `have a group as their server, and what others answer directly to its questions`() {
    let asker = Endpoint(address: .v4(0x0a00_0001), port: 50_000)
    let group = Endpoint(address: .v4(0xe000_00fc), port: 5_355)
    let other = Endpoint(address: .v4(0x0a00_0007), port: 5_355)
    var bench = Bench()
    bench.sendDatagram(from: asker, to: group, "q", seconds: 0)
    bench.sendDatagram(from: other, to: asker, "a", seconds: 1)
    bench.sendDatagram(from: other, to: Bench.client, "b", seconds: 2)
    #expect(
      bench.log == [
        "udp 10.0.0.1:50000 > 224.0.0.252:5355 @1", "client datagram: q @1", "server datagram: a @2",
        "server datagram: b @3",
      ])
    bench.sendDatagram(from: other, to: client, "c", seconds: 3)
    #expect(
      bench.log.suffix(2) == ["#2 udp 10.0.0.1:40000 > 10.0.0.7:5355 @4", "#2 server datagram: c @4"])
  }

  @Test func `know the server by a DNS response when that comes first`() {
    // In UTF-8 the second character is the bytes c2 80: the identification's second, and the flag of a response.
    let response = "\u{1}\u{80}\0\0\u{1}\0\0\0\0\0\0\u{1}a\0\0\u{1}\0\u{1}"
    var bench = Bench()
    var server = resolver
    server.port = 54_000
    bench.sendDatagram(from: server, to: client, response, seconds: 0)
    #expect(bench.log.first == "udp 10.0.0.1:40000 > 8.8.8.8:54000 @1")
  }

  @Test func `end after a minute of silence`() {
    var bench = Bench()
    bench.sendDatagram(from: client, to: resolver, "q", seconds: 0)
    bench.sendDatagram(from: client, to: resolver, "r", seconds: 50)
    bench.sendDatagram(from: client, to: resolver, "s", seconds: 105)
    bench.sendDatagram(from: client, to: resolver, "t", seconds: 170)
    #expect(
      bench.log.dropFirst() == [
        "client datagram: q @1", "client datagram: r @2", "client datagram: s @3", "closed idle @3",
        "#2 udp 10.0.0.1:40000 > 8.8.8.8:53 @4", "#2 client datagram: t @4",
      ])
  }
}
