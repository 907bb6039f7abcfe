import NIOCore
import SessionEvents

/// One client socket's queries to one server over UDP, which nameservers answer in that server's place.
///
/// Nameservers are asked while the client's process is looked up; the answer waits for it, lest the client be gone by
/// then. Confined to one event loop.
final class DNSNameserverSession: DNSClientSession {
  private struct Held {
    var kind: SessionEvent.Kind
    var time: Timestamp
  }

  private enum State {
    /// The process is looked up; what happened meanwhile, in order.
    case opening([Held])
    case open
    /// The client is the relay itself: nothing is recorded, and nothing answered.
    case refused
    case closed
  }

  var id: SessionID { journal.session }
  private(set) var lastActivity = NIODeadline.now()
  private(set) var waitingCount = 0
  var isBusy: Bool { waitingCount > 0 }

  private let context: RelayContext
  private let resolver: DNSResolver
  private let origin: DNSOrigins.Origin
  private let journal: SessionJournal
  private let deliver: ([UInt8]) -> Void
  private let start = Timestamp.now()
  private var state = State.opening([])

  /// `deliver` takes each answer, on the event loop.
  init(
    context: RelayContext, resolver: DNSResolver, origin: DNSOrigins.Origin,
    deliver: @escaping ([UInt8]) -> Void
  ) {
    self.context = context
    self.resolver = resolver
    self.origin = origin
    self.deliver = deliver
    journal = context.makeJournal()
  }

  func open() {
    context.opening(
      transport: .udp, client: origin.client, originalDestination: origin.destination, on: resolver.eventLoop
    ).assumeIsolated().whenSuccess { [self] opening in opened(opening) }
  }

  func receive(_ query: [UInt8]) {
    switch state {
    case .opening, .open: break
    case .refused, .closed: return
    }
    lastActivity = .now()
    record(.datagram(.clientToServer, query))
    waitingCount += 1
    resolver.resolve(query, isDatagram: true) { [self] answer in
      waitingCount -= 1
      if let answer { record(.datagram(.serverToClient, answer)) }
    }
  }

  func close() {
    switch state {
    case .opening:
      // Its process may not be found yet; a session that was never opened cannot be closed.
      opened(
        context.opening(
          transport: .udp, client: origin.client, originalDestination: origin.destination, process: nil))
    case .open, .refused:
      break
    case .closed:
      return
    }
    if case .open = state { journal.record(.closed(SessionClosing(.idle))) }
    state = .closed
    context.sessions.remove(id)
  }

  private func opened(_ opening: SessionOpening) {
    guard case .opening(let held) = state else { return }
    guard !Refusals.isOwn(opening.process) else {
      state = .refused
      context.refusals.refuseLoop(to: origin.destination, mark: context.configuration.upstreamMark)
      return
    }
    state = .open
    journal.record(.opened(opening), at: start)
    for event in held { record(event.kind, at: event.time) }
  }

  /// Records what was said, and delivers it where it is an answer.
  private func record(_ kind: SessionEvent.Kind, at time: Timestamp = .now()) {
    switch state {
    case .opening(var held):
      // Released first, so that the array is not copied.
      state = .closed
      held.append(Held(kind: kind, time: time))
      state = .opening(held)
    case .open:
      journal.record(kind, at: time)
      guard case .datagram(.serverToClient, let answer) = kind else { return }
      lastActivity = .now()
      deliver(answer)
    case .refused, .closed:
      break
    }
  }
}
