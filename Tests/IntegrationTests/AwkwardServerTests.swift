import Testing

@Suite struct `Servers that use TCP to the full` {
  @Test func `speak first, and are heard`() throws {
    let script = """
      exec 3<>/dev/tcp/mail.wiretape.test/25
      read -r greeting <&3; echo "$greeting"
      printf 'EHLO me\\r\\nQUIT\\r\\n' >&3; cat <&3
      """
    let recorded = try Recorded(script: script, seconds: 20)
    #expect(recorded.output.status == 0, "\(recorded.output)")
    let said = "220 mail.wiretape.test ready\r\n250 mail.wiretape.test\r\n221 bye\r\n"
    #expect(recorded.output.stdout.replacing("\r", with: "") == said.replacing("\r", with: ""))
    let shown = try recorded.tshark("-Y smtp -T fields -e smtp.response.code -e smtp.req.command")
    #expect(shown.stdout.contains("220") && shown.stdout.contains("EHLO"), "\(shown)")
  }

  @Test(arguments: ["echo 7", "echo 4007"])
  func `answer after the client half-closed, in the clear and in TLS`(service: String) throws {
    let recorded = try Recorded(script: "/usr/bin/python3 /run/world/services/half_close.py \(service)")
    let digests = recorded.output.lines
    try #require(digests.count == 2, "\(recorded.output)")
    #expect(digests[0] == digests[1])
  }

  @Test(arguments: ["discard 9", "discard 4009"])
  func `still listen after they half-closed, in the clear and in TLS`(service: String) throws {
    let world = try World.shared()
    let count = "grep -c . /run/world/log/discard 2>/dev/null"
    let before = Int(try world.shell(count).stdout.trimmingPrefix(" ").prefix { $0.isNumber }) ?? 0
    let recorded = try Recorded(script: "/usr/bin/python3 /run/world/services/half_close.py \(service)")
    let digests = recorded.output.lines
    try #require(digests.count == 2, "\(recorded.output)")
    #expect(digests[1] == "ec01e763f9b0caac868bbf920e804ecad96065157c1756a8957459a365c18e2c", "speak\\n")
    let log = try world.shell(
      "for i in $(seq 50); do [ $(\(count)) -gt \(before) ] && break; sleep 0.1; done; cat /run/world/log/discard"
    )
    #expect(log.lines.contains(digests[0]), "\(log)")
  }

  @Test func `greet in TLS and leave at once, and are heard`() throws {
    // The greeting and the FIN are there before the client's own handshake is done, more often than not.
    let server = """
      import socket, ssl
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain("/run/world/certificates/rsa.pem", "/run/world/certificates/rsa.key")
      listener = socket.create_server(("203.0.113.10", 4010))
      kept = []
      while True:
          try:
              peer = context.wrap_socket(listener.accept()[0], server_side=True)
              peer.sendall(b"hello")
              peer.shutdown(socket.SHUT_WR)
              kept.append(peer)
          except OSError:
              pass
      """
    let client = """
      import socket, ssl
      context = ssl.create_default_context()
      for _ in range(30):
          plain = socket.create_connection(("203.0.113.10", 4010), timeout=10)
          with context.wrap_socket(plain, server_hostname="www.wiretape.test") as peer:
              print(b"".join(iter(lambda: peer.recv(100), b"")).decode())
      """
    let script = """
      /usr/bin/python3 -c '\(server)' & server=$!
      until ss -ltn | grep -q 203.0.113.10:4010; do :; done
      relay run --no-record -- /usr/bin/python3 -c '\(client)'
      kill $server
      """
    let output = try World.shared().shell(script, as: .root)
    #expect(output.lines == Array(repeating: "hello", count: 30), "\(output)")
  }

  @Test func `are not mistaken for the relay's own listener`() throws {
    let client = """
      import socket
      rows = [line.split() for line in open("/proc/net/tcp")][1:]
      ports = [int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A"]
      for port in ports:
          peer = socket.create_connection(("127.0.0.1", port), timeout=10)
          print(peer.recv(1))
      """
    let recorded = try Recorded(["/usr/bin/python3", "-c", client])
    #expect(recorded.output.stdout == "b''\n", "\(recorded.output)")
    #expect(recorded.output.stderr.contains("not redirected"), "\(recorded.output)")
    #expect(try recorded.events().isEmpty)
  }

  @Test(arguments: ["http", "https"]) func `reset, and the client sees a reset`(scheme: String) throws {
    let url = "\(scheme)://reset.wiretape.test/"
    let direct = try World.shared().shell("curl -sS \(url)")
    let recorded = try Recorded(script: "curl -sS \(url)")
    #expect(direct.status == 56, "\(direct)")
    #expect(recorded.output == direct)
    let resets = try recorded.tshark("-Y 'tcp.flags.reset == 1' -T fields -e ip.src")
    #expect(resets.lines == ["203.0.113.31"], "\(resets)")
    let exchange = try #require(try recorded.exchanges().first { $0["protocol"].string == "http/1" })
    #expect(exchange["response"]["complete"].bool == false, "\(exchange)")
  }

  struct UnreachableCase: CustomTestStringConvertible {
    var host: String
    var reason: String
    var testDescription: String { host }
  }

  static let unreachable = [
    UnreachableCase(host: "refused", reason: "refused"),
    UnreachableCase(host: "nowhere", reason: "unreachable"),
  ]

  @Test(arguments: unreachable, ["http", "https"])
  func `that cannot be reached end in a reset at once, and the recording says why`(
    server: UnreachableCase, scheme: String
  ) throws {
    let recorded = try Recorded(
      script: "curl -sS --max-time 10 \(scheme)://\(server.host).wiretape.test/", seconds: 20)
    #expect([7, 35, 52, 56].contains(recorded.output.status), "\(recorded.output)")
    let shown = try recorded.shell("replay show r.pcap")
    #expect(shown.stdout.contains(server.reason), "\(shown)")
    let resets = try recorded.tshark("-Y 'tcp.flags.reset == 1' -T fields -e ip.src")
    #expect(!resets.lines.isEmpty, "\(resets)")
  }
}
