import SessionEvents

// Leaving HTTP/1: tunnels and upgrades (RFC 9110 §7.8, §9.3.6).
extension HTTP1Conversation {
  /// Keeps the client's bytes while an offer is open; true where no more may be kept.
  func hold(_ bytes: [UInt8], _ position: inout Int, at sighting: Sighting) -> Bool {
    offer?.hold(bytes, &position, at: sighting, limit: context.limits.undecidedByteCount)
    return isOfferFull
  }

  func hold(_ item: HTTP1Offer.Item) -> Bool {
    offer?.hold(item)
    return isOfferFull
  }

  private var isOfferFull: Bool { offer.map { $0.cost >= context.limits.undecidedByteCount } ?? false }

  /// Both sides go on in another protocol, as the response says.
  func leaveHTTP1(
    after pending: HTTP1Pending, _ response: [HTTPField], _ report: (ConversationReport) -> Void
  ) {
    if assumedTunnel === pending {
      successor?.begin(.serverToClient, at: responses.offset, seen: responses.seen)
      assumedTunnel = nil
    } else {
      if let cut = requests.interrupt() {
        asking?.receiveRequest(cut, isSecured: context.isSecured)
        asking = nil
      }
      begin(successor(of: pending, agreedBy: response))
    }
    responses.pass()
    reportIfDone(pending, report)
    let settled = offer
    offer = nil
    replay(settled, report)
  }

  /// What followed a CONNECT that was refused was meant for the tunnel, and reaches the proxy as a request.
  func noteRefusal(of pending: HTTP1Pending) {
    guard pending.isConnect else { return }
    let held = offer.map { $0.pending === pending ? $0.byteCount : 0 } ?? 0
    guard held > 0 || assumedTunnel === pending else { return }
    let count = held > 0 ? "\(held)" : "many"
    pending.note(
      .tunnelRefused, at: requests.offset, in: .clientToServer,
      "\(count) bytes followed a CONNECT that was refused")
  }

  /// The answer was no: what the client said meanwhile is HTTP/1.
  func settleRefused(_ pending: HTTP1Pending, _ report: (ConversationReport) -> Void) {
    if assumedTunnel === pending {
      // Too much was said for waiting any longer, and the assumption was wrong.
      assumedTunnel = nil
      successor?.close(.open) { HTTP1Conversation.pass($0, on: report) }
      successor = nil
      requests.search()
      return
    }
    guard let refused = offer, refused.pending === pending else { return }
    offer = nil
    if pending.isConnect, refused.byteCount > 0 { requests.search() }
    replay(refused, report)
  }

  /// No answer came, or is waited for any longer: CONNECT is taken as accepted, Upgrade as refused.
  func settleUnanswered(_ report: (ConversationReport) -> Void) {
    guard let unanswered = offer else { return }
    offer = nil
    if unanswered.pending.isConnect {
      assumedTunnel = unanswered.pending
      begin(successor(of: unanswered.pending, agreedBy: []))
      // Of a server whose answer lies in a gap the tunnel's bytes are searched for one in vain.
      if responses.isSearching { responses.pass() }
    }
    replay(unanswered, report)
  }

  /// What is said in a tunnel tells nothing about the session's own server.
  static func pass(_ report: ConversationReport, on receiver: (ConversationReport) -> Void) {
    switch report {
    case .exchange: receiver(report)
    case .hello: break
    }
  }

  private func begin(_ conversation: any Conversation) {
    let place = ByteCounts(client: requests.offset, server: responses.offset)
    successor = NestedConversation(conversation, at: place, seen: seen)
    requests.pass()
  }

  private func successor(of pending: HTTP1Pending, agreedBy response: [HTTPField]) -> any Conversation {
    guard context.mayNest() else { return OpaqueConversation(context) }
    if pending.isConnect { return ProtocolChoice(context, isNested: true) }
    var protocols = HTTP1FramingFields(response).upgrades
    if protocols.isEmpty { protocols = HTTP1FramingFields(pending.request?.headers ?? []).upgrades }
    if protocols.contains(Array("websocket".utf8)) {
      return WebSocketConversation(
        context, request: pending.request?.headers ?? [], response: response, start: pending.start)
    }
    if protocols.contains(Array("h2c".utf8)), let request = pending.request {
      // RFC 7540 §3.2: the answer comes in HTTP/2.
      let conversation = HTTP2Conversation(context)
      conversation.upgrade(request, start: pending.start)
      return conversation
    }
    return ProtocolChoice(context, isNested: true)
  }

  /// Gives what was held to whoever it is for.
  private func replay(_ settled: HTTP1Offer?, _ report: (ConversationReport) -> Void) {
    for item in settled?.held ?? [] {
      switch item {
      case .bytes(let sighting, let bytes):
        receive(bytes, from: 0, in: .clientToServer, at: sighting, report: report)
      case .gap(let sighting, let byteCount):
        skip(byteCount, in: .clientToServer, at: sighting, report: report)
      case .halfClosed: halfClose(.clientToServer, report: report)
      }
    }
  }
}
