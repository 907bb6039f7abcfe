import Inspection
import Logging
import NIOCore
import SessionEvents

/// Answers DNS queries by asking nameservers, whatever server was meant.
///
/// Confined to one event loop, which all sessions that use it share.
final class DNSResolver {
  /// IXFR and AXFR, whose answers are many messages (RFC 1995, RFC 5936).
  private static let transferTypes: Set<UInt16> = [251, 252]

  private struct Waiting {
    var query: DNSPendingQuery
    var tryNumber: Int
  }

  let eventLoop: any EventLoop
  let limits: DNSLimits
  /// The clients' connections for DNS over TCP.
  var connectionCount = 0
  private let context: RelayContext
  private let counters: DNSCounters
  private var pools: [Endpoint: DNSUpstreamPool] = [:]
  /// The one that answered when another did not.
  private var preferredServer: Endpoint?
  private var queryCount = 0
  private var questionCounts: [[UInt8]: Int] = [:]
  private var timeouts = TimeoutQueue<Waiting>()
  private var isTicking = false
  private let overload: LogThrottle
  private let loops: LogThrottle
  private let unreachable: LogThrottle

  init(context: RelayContext, limits: DNSLimits, eventLoop: any EventLoop) {
    self.context = context
    self.limits = limits
    self.eventLoop = eventLoop
    counters = context.dnsCounters
    overload = LogThrottle(logger: context.logger)
    loops = LogThrottle(logger: context.logger)
    unreachable = LogThrottle(logger: context.logger)
  }

  /// `reply` is called once with the answer, or with nil where there will be none; perhaps before this returns.
  func resolve(_ message: [UInt8], isDatagram: Bool, reply: @escaping ([UInt8]?) -> Void) {
    guard let outline = DNSMessageOutline(message), !outline.isResponse else {
      context.logger.debug("dropped \(message.count) bytes from a DNS client, which are no query")
      return reply(nil)
    }
    guard queryCount < limits.queryCount else {
      counters.countDropped()
      overload.log("dropped a DNS query: \(limits.queryCount) wait for nameservers, which is the limit")
      return reply(nil)
    }
    let servers = servers()
    if let rcode = refusal(of: message, outline, by: servers) {
      return reply(DNSReply.failure(rcode, to: message, outline))
    }
    let key = outline.questionKey(in: message) ?? []
    let query = DNSPendingQuery(
      message: message, outline: outline, questionKey: key, isDatagram: isDatagram, servers: servers,
      machine: DNSQueryMachine(
        questionKey: key, serverCount: servers.count,
        first: preferredServer.flatMap { servers.firstIndex(of: $0) } ?? 0,
        tryLimit: context.configuration.dnsAttempts), reply: reply)
    queryCount += 1
    questionCounts[key, default: 0] += 1
    perform(query.machine.beginning, for: query)
  }

  /// What to answer to a query that nobody is asked; nil for one that can be asked.
  private func refusal(
    of message: [UInt8], _ outline: DNSMessageOutline, by servers: [Endpoint]
  ) -> UInt8? {
    guard outline.opcode == 0 else { return DNSResponseCode.notImplemented }
    // More than one question have no meaning (RFC 9619).
    guard outline.questionCount == 1, let key = outline.questionKey(in: message),
      let type = outline.questionType(in: message)
    else { return DNSResponseCode.formatError }
    guard !Self.transferTypes.contains(type) else { return DNSResponseCode.notImplemented }
    guard questionCounts[key, default: 0] < limits.sameQuestionCount else {
      counters.countLoop()
      loops.log(
        "answered SERVFAIL: a DNS question is under way \(limits.sameQuestionCount) times, as if nameservers' own came back"
      )
      return DNSResponseCode.serverFailure
    }
    return servers.isEmpty ? DNSResponseCode.serverFailure : nil
  }

  /// Those of the configuration, which may have changed.
  private func servers() -> [Endpoint] {
    guard case .nameservers(let servers) = context.configuration.dns else { return [] }
    if pools.count > servers.count {
      for (server, pool) in pools where !servers.contains(server) {
        pool.retire()
        pools[server] = nil
      }
    }
    return servers
  }

  // MARK: What the machine answers

  private func perform(_ action: DNSQueryMachine.Action, for query: DNSPendingQuery) {
    switch action {
    case .ask(let server, .udp):
      ask(server, with: query)
    case .ask(let server, .tcp):
      connect(to: server, with: query)
    case .wait:
      break
    case .ignore(let mismatch):
      dropped(mismatch.rawValue)
    case .finish(let outcome):
      finish(query, outcome)
    }
  }

  private func ask(_ server: Int, with query: DNSPendingQuery) {
    if query.tryNumber > 0 { counters.countRetry() }
    let endpoint = query.servers[server]
    do throws(DatagramSocket.Failure) {
      let socket = try socket(to: endpoint)
      let id = try socket.send(query.message, for: .init(query: query, server: server))
      query.tries.append(.init(socket: socket, id: id))
      waitForAnswer(to: query)
    } catch {
      unreachable.log("cannot ask nameserver \(endpoint): \(error.message)")
      perform(query.machine.failed(server: server, over: .udp), for: query)
    }
  }

  private func connect(to server: Int, with query: DNSPendingQuery) {
    let configuration = context.configuration
    let id = UInt16.random(in: .min ... .max)
    query.connection?.cancel()
    query.connection = DNSUpstreamConnection.ask(
      DNSReply.withID(id, query.message), of: query.servers[server],
      timeout: TimeAmount(configuration.dnsTimeout), mark: configuration.upstreamMark, on: eventLoop
    ) { [self] answer in
      guard let answer else {
        return perform(query.machine.failed(server: server, over: .tcp), for: query)
      }
      guard DNSMessageOutline(answer)?.id == id else { return dropped("an answer under an unknown id") }
      perform(query.machine.received(answer, from: server, over: .tcp), for: query)
    }
    waitForAnswer(to: query)
  }

  private func finish(_ query: DNSPendingQuery, _ outcome: DNSQueryMachine.Outcome) {
    query.release()
    queryCount -= 1
    if let count = questionCounts[query.questionKey], count > 1 {
      questionCounts[query.questionKey] = count - 1
    } else {
      questionCounts[query.questionKey] = nil
    }
    switch outcome {
    case .answer(let answer, let server) where query.isDatagram || !isTruncated(answer):
      if query.machine.isFirstServerSilent { preferredServer = query.servers[server] }
      query.reply(
        DNSReply.fitted(answer, to: query.message, query.outline, isDatagram: query.isDatagram))
    case .answer, .silence:
      counters.countUnanswered()
      query.reply(DNSReply.failure(DNSResponseCode.serverFailure, to: query.message, query.outline))
    }
  }

  /// A client that came over TCP cannot be sent there once more.
  private func isTruncated(_ answer: [UInt8]) -> Bool {
    DNSMessageOutline(answer)?.flags.contains(.truncated) == true
  }

  // MARK: Upstream sockets

  private func socket(to server: Endpoint) throws(DatagramSocket.Failure) -> DNSUpstreamSocket {
    var pool = pools.removeValue(forKey: server) ?? DNSUpstreamPool()
    defer { pools[server] = pool }
    return try pool.socket { () throws(DatagramSocket.Failure) in
      try DNSUpstreamSocket(to: server, mark: context.configuration.upstreamMark, on: eventLoop) {
        [self] asking, answer in received(asking, answer)
      }
    }
  }

  private func received(_ asking: DNSUpstreamSocket.Asking?, _ answer: [UInt8]?) {
    guard let asking else { return dropped("an answer under an unknown id") }
    let query = asking.query
    guard let answer else {
      return perform(query.machine.failed(server: asking.server, over: .udp), for: query)
    }
    perform(query.machine.received(answer, from: asking.server, over: .udp), for: query)
  }

  private func dropped(_ reason: String) {
    counters.countMismatch()
    context.logger.debug("dropped what a nameserver sent: \(reason)")
  }

  // MARK: Time-outs

  private func waitForAnswer(to query: DNSPendingQuery) {
    query.tryNumber += 1
    let limit = TimeAmount(context.configuration.dnsTimeout)
    timeouts.append(Waiting(query: query, tryNumber: query.tryNumber), deadline: .now() + limit)
    scheduleTick()
  }

  private func scheduleTick() {
    guard !isTicking, let deadline = timeouts.nextDeadline else { return }
    isTicking = true
    // Not for each query on its own, where many time out one after the other.
    let time = max(deadline, .now() + .milliseconds(5))
    eventLoop.assumeIsolated().scheduleTask(deadline: time) { [self] in
      isTicking = false
      tick()
      scheduleTick()
    }
  }

  private func tick() {
    let now = NIODeadline.now()
    while let waiting = timeouts.popDue(
      at: now, isWaitedFor: { !$0.query.machine.isDone && $0.query.tryNumber == $0.tryNumber })
    {
      counters.countTimeout()
      perform(waiting.query.machine.timedOut(), for: waiting.query)
    }
  }
}
