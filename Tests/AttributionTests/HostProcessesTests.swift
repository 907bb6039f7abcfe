import Attribution
import Glibc
import LinuxSystem
import SessionEvents
import Testing

/// By root, who has what a service keeps, CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH; others see their own processes.
@Suite struct `Host processes` {
  let processes: HostProcesses

  init() throws {
    processes = try HostProcesses()
  }

  private func find(_ client: Endpoint, _ server: Endpoint, _ transport: TransportProtocol = .tcp)
    -> ProcessFacts?
  {
    processes.process(transport: transport, client: client, originalDestination: server)
  }

  /// Connects to a server, says from where, and waits.
  private static let connect = """
    client = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    say(end(client.getsockname()))
    wait()
    """

  private func connected(to server: Server, prefix: [String] = []) throws -> Client {
    try Client(
      Self.connect, ["\(server.endpoint.address)", "\(server.endpoint.port)"], prefix: prefix)
  }

  // MARK: Sockets

  struct Case: CustomTestStringConvertible, Sendable {
    var transport: TransportProtocol
    /// What the client calls the server's address.
    var address: String
    var isConnected = true

    var testDescription: String { "\(transport) \(address) \(isConnected ? "connected" : "not connected")" }
  }

  static let cases = [
    Case(transport: .tcp, address: "127.0.0.1"), Case(transport: .tcp, address: "::1"),
    Case(transport: .tcp, address: "::ffff:127.0.0.1"),
    Case(transport: .udp, address: "127.0.0.1"), Case(transport: .udp, address: "::1"),
    Case(transport: .udp, address: "::ffff:127.0.0.1"),
    Case(transport: .udp, address: "127.0.0.1", isConnected: false),
    Case(transport: .udp, address: "::1", isConnected: false),
    Case(transport: .udp, address: "::ffff:127.0.0.1", isConnected: false),
  ]

  @Test(arguments: cases) func `are found by sockets of every kind`(_ test: Case) throws {
    let isIPv6 = test.address == "::1"
    let server = try Server(test.transport, isIPv6 ? .v6(0, 1) : .v4(0x7f00_0001))
    let program = """
      family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
      client = socket.socket(family, socket.SOCK_\(test.transport == .tcp ? "STREAM" : "DGRAM"))
      server = (sys.argv[1], int(sys.argv[2]))
      \(test.isConnected ? "client.connect(server)" : "client.sendto(b'?', server)")
      say(client.getsockname()[1])
      wait()
      """
    let client = try Client(program, [test.address, "\(server.endpoint.port)"])
    let port = try #require(client.line().flatMap { UInt16($0) })
    let facts = try #require(
      find(Endpoint(address: server.endpoint.address, port: port), server.endpoint, test.transport))
    #expect(facts.pid == client.pid)
    #expect(facts.uid == getuid())
    #expect(facts.name == "python3")
    #expect(facts.executable == SystemFiles.resolved("/usr/bin/python3"))
    let words = [
      "/usr/bin/python3", "-c", Client.beginning + program, test.address, "\(server.endpoint.port)",
    ]
    #expect(facts.commandLine == words)
    #expect(!facts.isCommandLineCut)
    let cgroup = SystemFiles.contents(of: "/proc/\(client.pid)/cgroup").map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(cgroup?.contains(":\(facts.cgroup ?? "?")\n") == true)
  }

  @Test func `are found by mapped addresses too`() throws {
    let server = try Server(.tcp)
    let client = try connected(to: server)
    let end = try #require(client.endpoint())
    func mapped(_ endpoint: Endpoint) -> Endpoint {
      guard case .v4(let value) = endpoint.address else { return endpoint }
      return Endpoint(address: .v6(0, 0xffff << 32 | UInt64(value)), port: endpoint.port)
    }
    #expect(find(mapped(end), mapped(server.endpoint))?.pid == client.pid)
  }

  @Test func `are not there without such a socket`() throws {
    let server = try Server(.tcp)
    let client = try connected(to: server)
    let end = try #require(client.endpoint())
    var elsewhere = server.endpoint
    elsewhere.port ^= 1
    #expect(find(end, elsewhere) == nil)
    #expect(find(end, server.endpoint, .udp) == nil)
    #expect(find(end, Endpoint(address: .v6(0, 1), port: server.endpoint.port)) == nil)
    // The kernel answers with the listener, which is not the client.
    #expect(find(server.endpoint, end) == nil || find(server.endpoint, end)?.pid == getpid())
    #expect(find(server.endpoint, elsewhere) == nil)
  }

  // MARK: Processes

  @Test func `that share a socket are told as one of those that hold it yet`() throws {
    let server = try Server(.tcp)
    let client = try Client(
      """
      client = socket.create_connection((sys.argv[1], int(sys.argv[2])))
      say(end(client.getsockname()))
      child = os.fork()
      if child:
          say(child)
          wait()
      else:
          # Until the test has seen that the parent is gone, and ends this one too.
          while True: os.read(0, 1) or os._exit(0)
      """, ["\(server.endpoint.address)", "\(server.endpoint.port)"])
    let end = try #require(client.endpoint())
    let child = try #require(client.line().flatMap { Int32($0) })
    let either = find(end, server.endpoint)?.pid
    #expect(either == client.pid || either == child)
    client.end()
    #expect(find(end, server.endpoint)?.pid == child)
  }

  @Test func `that have ended leave their user, if the kernel still knows`() throws {
    let server = try Server(.tcp)
    let isRoot = geteuid() == 0
    let client = try connected(to: server, prefix: isRoot ? OtherUser.prefix : [])
    let end = try #require(client.endpoint())
    client.end()
    let uid = isRoot ? OtherUser.uid : getuid()
    let facts = find(end, server.endpoint)
    // Before Linux 6.17 it does not.
    #expect(facts == nil || facts?.uid == uid)
    #expect(facts?.pid == nil && facts?.name == nil && facts?.executable == nil && facts?.commandLine == nil)
    #expect(facts?.cgroup == nil && facts?.unit == nil)
  }

  @Test func `are told as what they are now, after an exec in the same process`() throws {
    let server = try Server(.tcp)
    let client = try Client(
      Self.connect
        + """

        os.set_inheritable(client.fileno(), True)
        os.execv('/bin/bash', ['bash', '-c', 'echo; read -r; read -r', 'second'])
        """, ["\(server.endpoint.address)", "\(server.endpoint.port)"])
    let end = try #require(client.endpoint())
    let first = find(end, server.endpoint)
    #expect(first?.name == "python3")
    client.goOn()
    _ = client.line()
    let second = find(end, server.endpoint)
    #expect(second?.pid == first?.pid)
    #expect(second?.name == "bash")
    #expect(second?.executable == SystemFiles.resolved("/bin/bash"))
    #expect(second?.commandLine?.last == "second")
  }

  @Test func `are told as what they are now, where the process number is used again`() throws {
    let numbers = "/proc/sys/kernel/ns_last_pid"
    guard access(numbers, W_OK) == 0 else { return }
    let server = try Server(.tcp)
    let words = ["\(server.endpoint.address)", "\(server.endpoint.port)"]
    let first = try connected(to: server)
    let firstEnd = try #require(first.endpoint())
    #expect(find(firstEnd, server.endpoint)?.commandLine?.count == 5)
    first.end()
    // Other processes may come between.
    for _ in 0..<200 {
      _ = SystemFiles.write("\(first.pid - 1)", toExisting: numbers)
      let second = try Client(Self.connect, words + ["again"])
      guard second.pid == first.pid else { continue }
      let facts = find(try #require(second.endpoint()), server.endpoint)
      #expect(facts?.pid == first.pid)
      #expect(facts?.commandLine?.last == "again")
      return
    }
    Issue.record("the process number \(first.pid) could not be had again")
  }

  @Test func `have command lines cut where they are long`() throws {
    let server = try Server(.tcp)
    let words = ["\(server.endpoint.address)", "\(server.endpoint.port)"]
    let many = try Client(Self.connect, words + (0..<100).map { "\($0)" })
    let long = try Client(Self.connect, words + [String(repeating: "x", count: 5_000)])
    let manyEnd = try #require(many.endpoint())
    let longEnd = try #require(long.endpoint())
    let manyFacts = find(manyEnd, server.endpoint)
    #expect(manyFacts?.commandLine?.count == 64 && manyFacts?.isCommandLineCut == true)
    #expect(manyFacts?.commandLine?.last == "58")
    let longFacts = find(longEnd, server.endpoint)
    #expect(longFacts?.isCommandLineCut == true)
    #expect(longFacts?.commandLine?.map { $0.utf8.count + 1 }.reduce(0, +) == 4_097)
  }

  // MARK: Users

  @Test(.enabled(if: geteuid() == 0)) func `of another user are found, with that user's name`() throws {
    let server = try Server(.tcp)
    for (prefix, uid, name) in [(OtherUser.prefix, OtherUser.uid, nil), (OtherUser.nobody, 65_534, "nobody")]
    {
      let client = try connected(to: server, prefix: prefix)
      let facts = find(try #require(client.endpoint()), server.endpoint)
      #expect(facts?.uid == uid)
      #expect(facts?.user == name)
      #expect(facts?.pid == client.pid)
      #expect(facts?.executable == SystemFiles.resolved("/usr/bin/python3"))
    }
  }

  @Test func `are found though many others hold sockets`() throws {
    let server = try Server(.tcp)
    let clients = try (0..<8).map { _ in
      try Client(
        """
        server = (sys.argv[1], int(sys.argv[2]))
        for number in range(40):
            client = socket.create_connection(server)
            globals()['kept%d' % number] = client
            say(end(client.getsockname()))
            wait()
        """, ["\(server.endpoint.address)", "\(server.endpoint.port)"])
    }
    for _ in 0..<40 {
      for client in clients {
        #expect(find(try #require(client.endpoint()), server.endpoint)?.pid == client.pid)
        client.goOn()
      }
    }
  }
}
