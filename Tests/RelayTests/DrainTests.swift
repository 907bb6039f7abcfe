import CLinux
import Dispatch
import Glibc
import Logging
import NIOCore
import SessionEvents
import Synchronization
import TLSEngine
import Testing

@testable import Relay

@Suite struct `A relay that ends` {
  /// Holds every look-up until the test lets it go.
  private final class HeldAttribution: ProcessAttribution {
    let asked = DispatchSemaphore(value: 0)
    let answer = DispatchSemaphore(value: 0)

    func process(
      transport: TransportProtocol, client: Endpoint, originalDestination: Endpoint
    ) -> ProcessFacts? {
      asked.signal()
      _ = answer.wait(timeout: .now() + 10)
      return nil
    }
  }

  private let attribution = HeldAttribution()
  private let log = EventLog()

  private func makeRelay(attribution: HeldAttribution?) throws -> Relay {
    try Relay(
      configuration: RelayConfiguration(interception: .sandbox), authority: try SigningAuthority(),
      upstream: { () throws(TLSFailure) in
        try UpstreamContext(trustStore: TrustStore(systemBundle: nil))
      }, sink: log, attribution: attribution, logger: Logger(label: "test"))
  }

  @Test func `waits for a connection whose process is still looked up`() throws {
    let relay = try makeRelay(attribution: attribution)
    let server = TestSocket.listener()
    let entrance = TestSocket.listener()
    let upstream = Endpoint(address: .v4(0x7f00_0001), port: server.port)
    try relay.serve(tcpListeners: [dup(entrance.descriptor)]) { $0.eventLoop.makeSucceededFuture(upstream) }
    let client = TestSocket.connected(to: entrance.port)
    client.send("last words")
    client.finish()
    #expect(attribution.asked.wait(timeout: .now() + 10) == .success)
    let hasDrained = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      relay.drain(patience: .seconds(10))
      hasDrained.signal()
    }
    #expect(hasDrained.wait(timeout: .now() + 0.2) == .timedOut)
    attribution.answer.signal()
    let accepted = server.accept()
    #expect(accepted.read(10) == "last words")
    accepted.finish()
    let kinds = try #require(log.afterClosing())
    #expect(kinds.last == .closed(SessionClosing(.fin)))
    #expect(hasDrained.wait(timeout: .now() + 10) == .success)
  }

  @Test func `does not wait for a connection that failed before it was taken in`() throws {
    let relay = try makeRelay(attribution: nil)
    let entrance = TestSocket.listener()
    // TCP to the broadcast address fails within connect(2).
    let nowhere = Endpoint(address: .v4(0xffff_ffff), port: 80)
    try relay.serve(tcpListeners: [dup(entrance.descriptor)]) { $0.eventLoop.makeSucceededFuture(nowhere) }
    let client = TestSocket.connected(to: entrance.port)
    #expect(client.readEnd() == .error(ECONNRESET))
    let duration = ContinuousClock().measure { relay.drain(patience: .seconds(10)) }
    #expect(duration < .seconds(5))
    #expect(log.sessions.count == 1)
  }

  @Test func `does not wait for who does not read the last of a session that is over`() throws {
    let relay = try makeRelay(attribution: nil)
    let server = TestSocket.listener()
    let entrance = TestSocket.listener()
    // Inherited by what is accepted: the kernel takes less than the server says, the relay has the rest.
    var size: CInt = 4_096
    setsockopt(entrance.descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout.size(ofValue: size)))
    let upstream = Endpoint(address: .v4(0x7f00_0001), port: server.port)
    try relay.serve(tcpListeners: [dup(entrance.descriptor)]) { $0.eventLoop.makeSucceededFuture(upstream) }
    let client = TestSocket.connected(to: entrance.port)
    client.send("all of it")
    client.finish()
    let accepted = server.accept()
    let answer = String(repeating: "a", count: 240_000)
    accepted.send(answer)
    accepted.finish()
    let kinds = try #require(log.afterClosing())
    #expect(kinds.last == .closed(SessionClosing(.fin)))
    relay.drain(patience: .milliseconds(10))
    // Cut off, and told so: a FIN here would pass for the end of the answer. The kernel may take a moment.
    var end = pollfd(fd: client.descriptor, events: 0, revents: 0)
    #expect(poll(&end, 1, 10_000) == 1)
    var error: CInt = 0
    var length = socklen_t(MemoryLayout.size(ofValue: error))
    getsockopt(client.descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    #expect(error == ECONNRESET)
    #expect(client.read(answer.utf8.count).utf8.count < answer.utf8.count)
  }

  @Test func `opens every DNS session before it closes it, also where no process was found in time`() throws {
    let relay = try makeRelay(attribution: attribution)
    let entrance = TestSocket.datagrams()
    #expect(clinux_receive_packet_info(entrance.descriptor, AF_INET) == 0)
    try relay.serve(tcpListeners: [], dnsSockets: [dup(entrance.descriptor)])
    let clients = (0..<2).map { _ in TestSocket.datagrams(connectedTo: entrance.port) }
    for client in clients { client.send("query") }
    // One look-up is held, the other one waits behind it, and never takes place.
    #expect(attribution.asked.wait(timeout: .now() + 10) == .success)
    let hasDrained = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      relay.drain(patience: .milliseconds(10))
      hasDrained.signal()
    }
    #expect(hasDrained.wait(timeout: .now() + 0.2) == .timedOut)
    for _ in clients { attribution.answer.signal() }
    #expect(hasDrained.wait(timeout: .now() + 10) == .success)
    let sessions = log.sessions
    #expect(sessions.count == 2)
    for kinds in sessions.values {
      guard case .opened(let opening) = kinds.first else {
        Issue.record("not opened: \(kinds)")
        continue
      }
      #expect(opening.originalDestination == Endpoint(address: .v4(0x7f00_0001), port: 53))
      #expect(kinds.dropFirst().first == .datagram(.clientToServer, Array("query".utf8)))
      guard case .closed = kinds.last else {
        Issue.record("not closed: \(kinds)")
        continue
      }
    }
  }
}
