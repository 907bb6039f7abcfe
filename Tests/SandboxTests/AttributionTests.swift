import Testing

@Suite struct `Socket owners` {
  private func owners(_ result: ProbeProcess.Result) -> [String] {
    result.output.compactMap { line in line.split(separator: " by ").last.map(String.init) }
  }

  @Test(arguments: Caller.available)
  func `are found for a program's TCP and UDP sockets, IPv4, IPv6 and mapped`(_ caller: Caller) throws {
    let program = """
      import socket, os
      print('me by', os.getpid())
      for address in ['198.51.100.7', '2001:db8::7', '::ffff:198.51.100.7']:
          family = socket.AF_INET6 if ':' in address else socket.AF_INET
          for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
              client = socket.socket(family, kind)
              client.settimeout(5)
              client.connect((address, 53))
              if kind == socket.SOCK_DGRAM: client.send(b'?')
              print(client.recv(500).decode().strip())
          client = socket.socket(family, socket.SOCK_DGRAM)
          client.settimeout(5)
          client.sendto(b'?', (address, 53))
          print(client.recv(500).decode())
      """
    let result = try ProbeProcess.run(
      caller, ["/usr/bin/python3", "-c", program], options: `Redirection`.options)
    let found = owners(result)
    let pid = try #require(found.first)
    #expect(found.count == 10)
    for owner in found.dropFirst() {
      #expect(owner.hasPrefix("\(pid) python3 \(caller.uid) /usr/bin/python3"))
    }
  }

  @Test(arguments: Caller.available)
  func `are the descendants that connect, also after a double fork and setsid`(_ caller: Caller) throws {
    let script = """
      for i in 1 2 3 4 5; do sleep 30 & done
      (setsid bash -c '(cat <&3) 3</dev/tcp/198.51.100.7/80 & wait')
      """
    let result = try ProbeProcess.run(caller, script: script, options: ["--grace", "0"])
    // bash and cat both hold the socket.
    let name = owners(result).first?.split(separator: " ").dropFirst().first
    #expect(name == "bash" || name == "cat")
  }

  @Test func `are found however many connections there are, also from one port`() throws {
    let program = """
      import socket
      kept = []
      for number in range(600):
          family, address = [(socket.AF_INET, '198.51.100.%d'), (socket.AF_INET6, '2001:db8::%d')][number % 2]
          client = socket.socket(family)
          client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          client.bind(('', 20000 + number // 20))
          client.connect((address % (number % 250 + 1), 443 + number))
          kept.append(client)
          print(client.recv(500).decode().strip().split(' by ')[1])
      """
    let result = try ProbeProcess.run(
      .ordinary, ["/usr/bin/python3", "-c", program], options: `Redirection`.options)
    #expect(result.output.count == 600)
    #expect(result.output.allSatisfy { $0.contains(" python3 ") })
  }

  @Test(arguments: Caller.available)
  func `are found for curl`(_ caller: Caller) throws {
    // The probe answers no HTTP, but it says whom it saw.
    let result = try ProbeProcess.run(caller, ["curl", "-s", "--http0.9", "http://198.51.100.7/"])
    #expect(owners(result).first?.hasSuffix(" curl \(caller.uid) /usr/bin/curl") == true)
  }
}
