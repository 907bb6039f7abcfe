import Testing

@Suite struct `DNS sockets` {
  /// Asks servers over UDP by a connected and by an unconnected socket; the reply's source must be the server.
  private static let program = """
    import socket
    servers = [(socket.AF_INET, '198.51.100.53'), (socket.AF_INET, '127.0.0.53'), (socket.AF_INET, '127.0.0.1'),
               (socket.AF_INET6, '2001:db8::53'), (socket.AF_INET6, '::1'), (socket.AF_INET6, '::ffff:198.51.100.54')]
    for family, server in servers:
        client = socket.socket(family, socket.SOCK_DGRAM)
        client.settimeout(5)
        client.connect((server, 53))
        client.send(b'?')
        print(client.recv(500).decode().split(' by ')[0])
        client = socket.socket(family, socket.SOCK_DGRAM)
        client.settimeout(5)
        client.sendto(b'?', (server, 53))
        answer, source = client.recvfrom(500)
        print(source[0] == server, source[1])
    """

  @Test(arguments: Caller.available)
  func `learn the server that was asked, and answer from it`(_ caller: Caller) throws {
    let result = try ProbeProcess.run(
      caller, ["/usr/bin/python3", "-c", Self.program], options: `Redirection`.options)
    let expected = [
      "to 198.51.100.53:53 from 192.0.2.33", "to 127.0.0.53:53 from 127.0.0.1",
      "to 127.0.0.1:53 from 127.0.0.1",
      "to [2001:db8::53]:53 from 2001:db8::33", "to [::1]:53 from ::1", "to 198.51.100.54:53 from 192.0.2.33",
    ]
    #expect(result.output == expected.flatMap { [$0, "True 53"] })
  }
}
