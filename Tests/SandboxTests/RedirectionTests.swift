import Testing

@Suite struct `Redirection` {
  struct Case: Sendable {
    var destination: String
    var arrives: String
    var from: String
  }

  static let options = ["--ipv4", "192.0.2.33", "--ipv6", "2001:db8::33", "--route6", "default"]

  static let cases = [
    Case(destination: "198.51.100.7/443", arrives: "198.51.100.7:443", from: "192.0.2.33"),
    Case(destination: "198.51.100.7/1", arrives: "198.51.100.7:1", from: "192.0.2.33"),
    Case(destination: "203.0.113.9/65535", arrives: "203.0.113.9:65535", from: "192.0.2.33"),
    Case(destination: "192.0.2.33/8080", arrives: "192.0.2.33:8080", from: "192.0.2.33"),
    Case(destination: "2001:db8::7/443", arrives: "[2001:db8::7]:443", from: "2001:db8::33"),
    Case(destination: "fd12::1/8443", arrives: "[fd12::1]:8443", from: "2001:db8::33"),
    // A stub resolver on loopback, and a port that was asked for.
    Case(destination: "127.0.0.53/53", arrives: "127.0.0.53:53", from: "127.0.0.1"),
    Case(destination: "::1/53", arrives: "[::1]:53", from: "::1"),
    Case(destination: "127.0.0.1/7777", arrives: "127.0.0.1:7777", from: "127.0.0.1"),
    Case(destination: "::1/7777", arrives: "[::1]:7777", from: "::1"),
  ]

  @Test(arguments: Caller.available)
  func `brings TCP to any address and port to the relay, with its destination and source`(_ caller: Caller)
    throws
  {
    let script = Self.cases.map { "cat </dev/tcp/\($0.destination)" }.joined(separator: "\n")
    let result = try ProbeProcess.run(
      caller, script: script, options: Self.options + ["--host-loopback", "7777"])
    let expected = Self.cases.map { "to \($0.arrives) from \($0.from)" }
    #expect(result.output.map { $0.split(separator: " ").prefix(4).joined(separator: " ") } == expected)
    #expect(result.status == 0)
  }

  @Test(arguments: Caller.available)
  func `leaves loopback to the command's own processes`(_ caller: Caller) throws {
    let result = try ProbeProcess.run(caller, ["/usr/bin/python3", "-c", Self.loopbackProgram])
    #expect(result.output == ["127.0.0.1 own", "127.1.2.3 own", "::1 own", "udp own", "refused"])
  }

  private static let loopbackProgram = """
    import socket
    for family, address in [(socket.AF_INET, '127.0.0.1'), (socket.AF_INET, '127.1.2.3'), (socket.AF_INET6, '::1')]:
        server = socket.socket(family)
        server.bind((address, 0))
        server.listen()
        client = socket.socket(family)
        client.connect(server.getsockname())
        server.accept()[0].send(b'own')
        print(address, client.recv(9).decode())
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(('127.0.0.1', 0))
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'own', server.getsockname())
    print('udp', server.recv(9).decode())
    try:
        socket.create_connection(('127.0.0.1', 9))
    except ConnectionRefusedError:
        print('refused')
    """

  @Test(arguments: Caller.available)
  func `refuses other UDP at once, even to a port that the command has bound`(_ caller: Caller) throws {
    let result = try ProbeProcess.run(
      caller, ["/usr/bin/python3", "-c", Self.refusalProgram], options: Self.options)
    #expect(result.output == Array(repeating: "refused", count: 4))
  }

  private static let refusalProgram = """
    import socket
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind(('0.0.0.0', 5000))
    for family, address in [(socket.AF_INET, ('198.51.100.7', 443)), (socket.AF_INET6, ('2001:db8::7', 443)),
                            (socket.AF_INET, ('198.51.100.7', 5000)), (socket.AF_INET, ('127.0.0.1', 999))]:
        client = socket.socket(family, socket.SOCK_DGRAM)
        client.settimeout(5)
        client.connect(address)
        client.send(b'?')
        try:
            print(client.recv(100))
        except ConnectionRefusedError:
            print('refused')
    """

  @Test(arguments: Caller.available)
  func `lasts when one side of a connection has closed and the other is silent`(_ caller: Caller) throws {
    // The kernel's own 60 and 120 seconds would be too long to wait for.
    let script = "cd /proc/sys/net/netfilter; cat nf_conntrack_tcp_timeout_{established,fin_wait,close_wait}"
    let result = try ProbeProcess.run(caller, script: script)
    #expect(result.output == Array(repeating: "432000", count: 3))
  }

  @Test(arguments: Caller.available)
  func `has no IPv6 route where the machine has none`(_ caller: Caller) throws {
    let program = """
      import socket, errno
      for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
          try:
              socket.socket(socket.AF_INET6, kind).connect(('2001:db8::7', 53))
          except OSError as error:
              print(errno.errorcode[error.errno])
      """
    let result = try ProbeProcess.run(
      caller, ["/usr/bin/python3", "-c", program], options: ["--ipv6", "none", "--route6", ""])
    #expect(result.output == ["ENETUNREACH", "ENETUNREACH"])
  }

  @Test(arguments: Caller.available)
  func `has the IPv6 routes of the machine and no others`(_ caller: Caller) throws {
    let script = "cat </dev/tcp/fd00:1::9/80; cat </dev/tcp/fd00:2::9/80 || echo none"
    let result = try ProbeProcess.run(
      caller, script: script, options: ["--ipv6", "fd00:1::1", "--route6", "fd00:1::/64"])
    #expect(result.output.map { $0.prefix(18) } == ["to [fd00:1::9]:80 ", "none"])
  }

  @Test(arguments: Caller.available)
  func `shows a dummy source where the machine has no address`(_ caller: Caller) throws {
    let result = try ProbeProcess.run(
      caller, script: "cat </dev/tcp/198.51.100.7/80", options: ["--ipv4", "none"])
    #expect(result.output.first?.hasPrefix("to 198.51.100.7:80 from 192.0.0.8 by ") == true)
  }
}
