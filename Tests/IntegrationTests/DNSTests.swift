import Testing

@Suite struct `DNS through the relay` {
  struct Case: CustomTestStringConvertible {
    var query: String
    var server: String
    var transport = "UDP"
    var type = "A"
    var testDescription: String { query }
  }

  static let cases = [
    Case(query: "www.wiretape.test A", server: "203.0.113.53:53"),
    Case(query: "www.wiretape.test AAAA", server: "203.0.113.53:53", type: "AAAA"),
    Case(query: "wiretape.test MX", server: "203.0.113.53:53", type: "MX"),
    Case(query: "_https._tcp.wiretape.test SRV", server: "203.0.113.53:53", type: "SRV"),
    Case(query: "-x 203.0.113.10", server: "203.0.113.53:53", type: "PTR"),
    Case(query: "short.wiretape.test TXT", server: "203.0.113.53:53", type: "TXT"),
    Case(query: "+tcp www.wiretape.test A", server: "203.0.113.53:53", transport: "TCP"),
    Case(query: "@127.0.0.53 www.wiretape.test A", server: "127.0.0.53:53"),
    Case(query: "@127.0.0.53 +tcp www.wiretape.test A", server: "127.0.0.53:53", transport: "TCP"),
    Case(query: "@2001:db8::53 www.wiretape.test A", server: "[2001:db8::53]:53"),
    Case(query: "@2001:db8::53 +tcp www.wiretape.test A", server: "[2001:db8::53]:53", transport: "TCP"),
  ]

  @Test(arguments: cases) func `any server answers, over UDP and TCP`(query: Case) throws {
    let world = try World.shared()
    let direct = try world.shell("dig +short \(query.query)")
    let recorded = try Recorded(script: "dig +short \(query.query)")
    #expect(recorded.output == direct)
    let exchange = try #require(try recorded.exchanges().first { $0["protocol"].string == "dns" })
    #expect(exchange["server"].string == query.server, "\(exchange)")
    #expect(exchange["query"]["questions"][0]["type"].string == query.type, "\(exchange)")
    #expect(exchange["response"]["rcode"].string == "NOERROR", "\(exchange)")
    #expect(exchange["response"]["answers"].array.isEmpty == false, "\(exchange)")
    let packets = try recorded.tshark(
      "-Y 'dns.flags.response == 1' -T fields -e \(query.transport.lowercased()).srcport")
    #expect(packets.lines == ["53"], "\(packets)")
  }

  @Test func `a truncated answer leads to TCP, and both are recorded`() throws {
    let recorded = try Recorded(["dig", "+short", "long.wiretape.test", "TXT"])
    #expect(recorded.output.lines.filter { $0.hasPrefix("\"xxx") }.count == 20, "\(recorded.output)")
    let answers = try recorded.exchanges().filter { $0["protocol"].string == "dns" }
    #expect(answers.map { $0["response"]["truncated"].bool } == [true, false], "\(answers)")
    #expect(answers.last?["response"]["answers"].array.count == 20)
  }

  @Test func `datagrams of any size pass whole, both ways`() throws {
    // The question says how long the answer is to be, in two bytes behind the id, unless it is longer itself.
    let server = """
      import socket
      server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      server.bind(("203.0.113.14", 53))
      while True:
          query, client = server.recvfrom(65535)
          size = max(len(query), int.from_bytes(query[2:4], "big"))
          server.sendto(query[:2] + bytes(size - 2), client)
      """
    let client = """
      import socket
      for query, answer in ((4, 2048), (4, 2049), (4, 4096), (4, 65000), (9000, 9000)):
          peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          peer.settimeout(5)
          peer.connect(("203.0.113.14", 53))
          peer.send(b"id" + answer.to_bytes(2, "big") + bytes(query - 4))
          print(len(peer.recv(65535)))
      """
    let script = """
      /usr/bin/python3 -c '\(server)' & server=$!
      until ss -lun | grep -q 203.0.113.14:53; do :; done
      cd $(mktemp -d /run/world/home/XXXXXX)
      relay run -q -w r.pcap -- /usr/bin/python3 -c '\(client)'
      kill $server
      replay list --json r.pcap
      """
    let output = try World.shared().shell(script, as: .root)
    #expect(output.lines.prefix(5) == ["2048", "2049", "4096", "65000", "9000"], "\(output)")
    let sessions = try output.lines.dropFirst(5).map { try JSON(parsing: $0) }
    #expect(sessions.map { $0["server_bytes"].int } == [2048, 2049, 4096, 65000, 9000], "\(output)")
  }

  @Test func `a missing name stays missing`() throws {
    let recorded = try Recorded(["curl", "-sS", "https://missing.wiretape.test/"])
    #expect(recorded.output.status == 6, "\(recorded.output)")
    let answers = try recorded.exchanges()
    #expect(answers.allSatisfy { $0["response"]["rcode"].string == "NXDOMAIN" }, "\(answers)")
    #expect(!answers.isEmpty)
  }

  @Test func `other UDP is refused at once`() throws {
    let script = """
      import socket
      peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      peer.settimeout(5)
      peer.connect(("203.0.113.10", 443))
      peer.send(b"QUIC, say")
      try:
          peer.recv(100)
      except ConnectionRefusedError:
          print("refused")
      """
    let recorded = try Recorded(["/usr/bin/python3", "-c", script])
    #expect(recorded.output.stdout == "refused\n", "\(recorded.output)")
  }
}
