import SessionEvents

/// Decides what becomes of one TCP session: sans-I/O, it is told what happened and answers what to do.
///
///                  classified(.tls)            upstream secured           client secured
///     classifying ─────────────────▶ securing ────────────────▶ securing ───────────────▶ relaying
///        │  │                        server  ╲                  client                   (decrypted)
///        │  │ classified(.plain), or          ╲ a client certificate is wanted
///        │  │ the server speaks first          ▼
///        │  └─────────────────────▶ relaying  reconnecting ───▶ relaying
///        │ classified(.bypass)      (plain)                    (bypassed)
///        └──────────────────────────────────────────────────▶
///
/// Connecting upstream runs beside classifying; whichever ends first waits for the other. From every state a reset, a
/// failure or `stop` leads to `closed`, and so does the end of both directions while relaying.
struct SessionMachine {
  private var state: State = .classifying(isConnected: false)

  private enum State {
    /// The client's first bytes do not yet tell what it speaks.
    case classifying(isConnected: Bool)
    /// What to do is known, but there is no connection upstream.
    case connecting(Plan)
    case securingServer
    case securingClient
    case relaying(Mode, ended: Set<Direction>)
    case closed
  }

  /// How bytes are relayed once they are.
  enum Mode: Hashable {
    case plain
    case decrypted
    case bypassed(BypassReason)
  }

  enum Plan: Hashable {
    case plain
    case intercept
    case bypass(BypassReason)
  }

  enum Action: Hashable {
    case wait
    case startServerHandshake
    case startClientHandshake
    /// Relay from now on, beginning with what the client has sent so far.
    case relay(Mode)
    /// Give up the upstream connection and make a new one, on which bytes will pass unread.
    case reconnect
    /// Pass on that this direction has ended.
    case finish(Direction)
    /// Send on what is buffered, then close both connections.
    case close(SessionClosing)
    /// Reset both connections now.
    case abort(SessionClosing)
  }

  /// Whether bytes can be relayed now, and how.
  var mode: Mode? {
    switch state {
    case .relaying(let mode, _): mode
    case .classifying, .connecting, .securingServer, .securingClient, .closed: nil
    }
  }

  var isClassifying: Bool {
    switch state {
    case .classifying: true
    case .connecting, .securingServer, .securingClient, .relaying, .closed: false
    }
  }

  /// Whether an end of this party's sending must be held back, for there is nobody yet to pass it on to.
  func holdsBackEnd(of party: Party) -> Bool {
    switch state {
    case .connecting: true
    // A server may say all that it has to say, and leave, before the client's handshake is done.
    case .securingClient: party == .server
    case .classifying, .securingServer, .relaying, .closed: false
    }
  }

  var isClosed: Bool {
    switch state {
    case .closed: true
    case .classifying, .connecting, .securingServer, .securingClient, .relaying: false
    }
  }

  // MARK: Inputs

  /// The client's first bytes, or the server's, tell what to do.
  mutating func classified(_ plan: Plan) -> Action {
    switch state {
    case .classifying(let isConnected):
      guard isConnected else {
        state = .connecting(plan)
        return .wait
      }
      return begin(plan)
    case .connecting, .securingServer, .securingClient, .relaying:
      preconditionFailure("a session is classified once")
    case .closed:
      return .wait
    }
  }

  mutating func upstreamConnected() -> Action {
    switch state {
    case .classifying:
      state = .classifying(isConnected: true)
      return .wait
    case .connecting(let plan):
      return begin(plan)
    case .securingServer, .securingClient, .relaying:
      preconditionFailure("upstream connects once for each plan")
    case .closed:
      return .wait
    }
  }

  /// The client is reset at once, as it would have been without a relay.
  mutating func upstreamFailed(_ failure: SessionFailure) -> Action {
    abort(SessionClosing(.reset(by: .server), cause: failure))
  }

  /// The upstream handshake is done.
  mutating func serverSecured(wantsClientCertificate: Bool) -> Action {
    switch state {
    case .securingServer:
      if wantsClientCertificate {
        state = .connecting(.bypass(.clientCertificateRequired))
        return .reconnect
      }
      state = .securingClient
      return .startClientHandshake
    case .classifying, .connecting, .securingClient, .relaying:
      preconditionFailure("the upstream handshake ends once")
    case .closed:
      return .wait
    }
  }

  mutating func clientSecured() -> Action {
    switch state {
    case .securingClient:
      return relay(.decrypted)
    case .classifying, .connecting, .securingServer, .relaying:
      preconditionFailure("the client's handshake follows the upstream one, once")
    case .closed:
      return .wait
    }
  }

  /// The sender of this direction will send no more (a FIN, or TLS's close_notify).
  mutating func ended(_ direction: Direction) -> Action {
    switch state {
    case .relaying(let mode, var directions):
      guard directions.insert(direction).inserted else { return .wait }
      state = .relaying(mode, ended: directions)
      return .finish(direction)
    case .classifying, .connecting:
      preconditionFailure("an end that comes early is held back until bytes are relayed")
    case .securingServer, .securingClient:
      let party = direction.sender
      return abort(SessionClosing(.reset(by: party), cause: .tlsFailed(party, "closed during the handshake")))
    case .closed:
      return .wait
    }
  }

  /// What `finish` asked for is done; a session ends with its second direction.
  mutating func finished() -> Action {
    switch state {
    case .relaying(_, let ended) where ended.count == Direction.allCases.count:
      state = .closed
      return .close(SessionClosing(.fin))
    case .classifying, .connecting, .securingServer, .securingClient, .relaying, .closed:
      return .wait
    }
  }

  mutating func reset(by party: Party) -> Action {
    abort(SessionClosing(.reset(by: party)))
  }

  /// TLS broke on this party's side; alerts that OpenSSL made are still sent.
  mutating func tlsFailed(_ party: Party, _ text: String) -> Action {
    guard !isClosed else { return .wait }
    state = .closed
    return .close(SessionClosing(.reset(by: party), cause: .tlsFailed(party, text)))
  }

  mutating func certificateRejected(_ text: String) -> Action {
    abort(SessionClosing(.reset(by: .server), cause: .certificateRejected(text)))
  }

  /// Nobody has said anything for as long as the relay waits.
  mutating func idle() -> Action {
    abort(SessionClosing(.open, cause: .idleTimeout))
  }

  /// The relay ends, and with it what it relays.
  mutating func stop() -> Action {
    abort(SessionClosing(.open, cause: .relayStopped))
  }

  // MARK: Transitions

  private mutating func begin(_ plan: Plan) -> Action {
    switch plan {
    case .plain:
      return relay(.plain)
    case .bypass(let reason):
      return relay(.bypassed(reason))
    case .intercept:
      state = .securingServer
      return .startServerHandshake
    }
  }

  private mutating func relay(_ mode: Mode) -> Action {
    state = .relaying(mode, ended: [])
    return .relay(mode)
  }

  private mutating func abort(_ closing: SessionClosing) -> Action {
    guard !isClosed else { return .wait }
    state = .closed
    return .abort(closing)
  }
}
