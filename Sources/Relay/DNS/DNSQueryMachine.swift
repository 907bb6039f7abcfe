import Inspection

/// Decides whom to ask what one client asked, how often, and which answer to take: sans-I/O, it is told what happened
/// and answers what to do.
///
///              truncated answer
///     asking ───────────────────▶ asking ───────▶ done
///     by UDP ◀─────────────────── by TCP  answer
///              time-out, failure
///
/// A time-out, a failure, or SERVFAIL or REFUSED from one of several servers lead to the next server by UDP, as long as
/// tries are left. Whatever answers an earlier try is as good as an answer to the last one.
struct DNSQueryMachine {
  enum Transport: Hashable {
    case udp
    case tcp
  }

  enum Action: Hashable {
    case ask(server: Int, over: Transport)
    case wait
    /// Drop what was received, and wait.
    case ignore(Mismatch)
    case finish(Outcome)
  }

  /// Why something is no answer to this query.
  enum Mismatch: String, Hashable {
    case malformed = "no whole header and question"
    case notAResponse = "not a response"
    case otherQuestion = "an answer to another question"
  }

  enum Outcome: Hashable {
    /// The message as it came.
    case answer([UInt8], server: Int)
    /// No server answered.
    case silence
  }

  private enum State: Hashable {
    case asking(server: Int, over: Transport, tryNumber: Int)
    case done
  }

  private var state: State
  private let questionKey: [UInt8]
  private let serverCount: Int
  private let tryLimit: Int
  /// Those that cannot be reached, or that answered with a failure.
  private var spentServers: Set<Int> = []
  /// To be passed on where no server does better.
  private var poorAnswer: Outcome?
  /// Whether the server that was asked first let the query down by not answering it.
  private(set) var isFirstServerSilent = false
  private let firstServer: Int

  /// For a query with this question, of `serverCount` servers to be asked, beginning with `first`.
  init(questionKey: [UInt8], serverCount: Int, first: Int, tryLimit: Int) {
    precondition(serverCount > 0 && (0..<serverCount).contains(first), "a query needs a server to ask")
    self.questionKey = questionKey
    self.serverCount = serverCount
    self.tryLimit = max(1, tryLimit)
    firstServer = first
    state = .asking(server: first, over: .udp, tryNumber: 1)
  }

  var isDone: Bool { state == .done }

  /// What to do first.
  var beginning: Action {
    switch state {
    case .asking(let server, let transport, _): .ask(server: server, over: transport)
    case .done: .wait
    }
  }

  // MARK: What happens

  /// A message came from the server's address, with the id that it was asked with.
  mutating func received(_ message: [UInt8], from server: Int, over transport: Transport) -> Action {
    guard case .asking(let current, let currentTransport, let tryNumber) = state else { return .wait }
    guard let outline = DNSMessageOutline(message), outline.question != nil else {
      return .ignore(.malformed)
    }
    guard outline.isResponse, outline.opcode == 0 else { return .ignore(.notAResponse) }
    guard outline.questionCount == 1, outline.asks(questionKey, in: message) else {
      return .ignore(.otherQuestion)
    }
    let answer = Outcome.answer(message, server: server)
    if transport == .udp, outline.flags.contains(.truncated) {
      poorAnswer = answer
      // One connection at a time; an earlier try's answer says nothing new then.
      if currentTransport == .tcp { return .wait }
      state = .asking(server: server, over: .tcp, tryNumber: tryNumber)
      return .ask(server: server, over: .tcp)
    }
    guard DNSResponseCode.isFailure(outline.rcode), serverCount > 1 else { return finish(answer) }
    // The beginning of an answer is better than none.
    poorAnswer = poorAnswer ?? answer
    spentServers.insert(server)
    return server == current ? askNext(after: current, tryNumber) : .wait
  }

  /// The last try has waited for as long as it may.
  mutating func timedOut() -> Action {
    guard case .asking(let server, _, let tryNumber) = state else { return .wait }
    if server == firstServer { isFirstServerSilent = true }
    return askNext(after: server, tryNumber)
  }

  /// The server cannot be asked: the network said so.
  mutating func failed(server: Int, over transport: Transport) -> Action {
    guard case .asking(let current, let currentTransport, let tryNumber) = state else { return .wait }
    spentServers.insert(server)
    if server == firstServer { isFirstServerSilent = true }
    // A refused datagram does not touch the connection that an answer led to.
    guard server == current, transport == currentTransport else { return .wait }
    return askNext(after: current, tryNumber)
  }

  // MARK: Transitions

  private mutating func askNext(after server: Int, _ tryNumber: Int) -> Action {
    let turn = (1...serverCount).map { (server + $0) % serverCount }
    guard tryNumber < tryLimit, let next = turn.first(where: { !spentServers.contains($0) }) else {
      return finish(poorAnswer ?? .silence)
    }
    state = .asking(server: next, over: .udp, tryNumber: tryNumber + 1)
    return .ask(server: next, over: .udp)
  }

  private mutating func finish(_ outcome: Outcome) -> Action {
    state = .done
    return .finish(outcome)
  }
}
