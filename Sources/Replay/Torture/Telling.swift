import Inspection
import SessionEvents

/// What a recording tells, but for times and packet numbers: the story of each session, and the lines of its exchanges.
struct Telling {
  struct Session {
    var story = SessionStory()
    /// What `replay exchanges` writes of it.
    var exchanges: [UInt8] = []
    /// The packets that steps came from, by where in a step their bytes begin.
    var marks: [Mark] = []
  }

  struct Mark {
    var step: Int
    var offset: Int
    var packet: UInt64?
  }

  var sessions: [SessionID: Session] = [:]
  /// Those with exchanges that may tell the names of hosts.
  var dnsSessions: Set<SessionID> = []
}

/// Makes a `Telling` of events.
struct Teller: ~Copyable {
  private(set) var telling = Telling()
  private var inspector: Inspector
  private var report = ExchangesReport()

  init(services: InspectionServices) {
    inspector = Inspector(services: services)
  }

  mutating func receive(_ event: SessionEvent, packet: UInt64?) {
    telling.sessions[event.session, default: Telling.Session()].receive(event, packet: packet)
    var event = event
    event.time = Timestamp(nanoseconds: 0)
    // Taken apart, for both change while the inspector does.
    var report = report
    var exchanges: [(SessionID, [UInt8])] = []
    var dns: [SessionID] = []
    inspector.receive(event, packet: nil) { observation in
      guard case .exchange(let exchange, _) = observation else { return }
      if case .dns = exchange.content { dns.append(exchange.session) }
      var line: [UInt8] = []
      report.receive(observation, into: &line)
      exchanges.append((exchange.session, line))
    }
    self.report = report
    for (session, line) in exchanges { telling.sessions[session]?.exchanges += line }
    telling.dnsSessions.formUnion(dns)
  }
}

extension Telling.Session {
  mutating func receive(_ event: SessionEvent, packet: UInt64?) {
    let count = story.steps.count
    let joins = joinsLast(event.kind)
    story.receive(event, time: nil)
    guard story.steps.count > count || joins > 0 else { return }
    marks.append(Telling.Mark(step: story.steps.count - 1, offset: joins, packet: packet))
  }

  /// How many bytes stand before these in the step that they join.
  private func joinsLast(_ kind: SessionEvent.Kind) -> Int {
    guard case .bytes(let direction, let bytes) = kind, !bytes.isEmpty,
      case .bytes(let last, let earlier)? = story.steps.last?.kind, last == direction
    else { return 0 }
    return earlier.count
  }
}
