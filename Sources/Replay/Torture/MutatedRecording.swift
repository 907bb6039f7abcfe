import Packets
import SessionEvents

/// A recording with mutations: in the order of kinds below, whatever the order in which they are named, but for delays.
struct MutatedRecording {
  private(set) var items: [TortureItem]
  private let subject: TortureSubject
  private var numbers: [NumberedEnd: UInt32] = [:]

  /// One way between a pair of ends.
  private struct NumberedEnd: Hashable {
    var source: Endpoint
    var destination: Endpoint
  }

  init(_ subject: TortureSubject, _ mutations: [Mutation]) {
    self.subject = subject
    items = subject.items
    cutAndJoin(mutations)
    for mutation in mutations {
      if case .again(let session, let direction, let range, let packet) = mutation {
        sendAgain(StreamID(session: session, direction: direction), range, after: packet)
      }
    }
    for mutation in mutations {
      if case .delay(let target, let count) = mutation { delay(target, by: count) }
    }
    keepAcknowledgmentsPlausible()
    for mutation in mutations {
      switch mutation {
      case .drop(let session, let direction, let range):
        drop(StreamID(session: session, direction: direction), range)
      case .fragment(let target, let size, let order):
        if let index = index(of: target) { items[index].fragments = (size, order) }
      case .renumber(let session, let direction, let count):
        if let stream = subject.streams[StreamID(session: session, direction: direction)] {
          numbers[NumberedEnd(source: stream.source, destination: stream.destination), default: 0] &+= count
        }
      case .cut, .join, .again, .delay: break
      }
    }
    for index in items.indices { renumber(index) }
  }

  // MARK: Segments

  private mutating func cutAndJoin(_ mutations: [Mutation]) {
    var cuts: [StreamID: [Int64]] = [:]
    for mutation in mutations {
      if case .cut(let session, let direction, let place) = mutation {
        cuts[StreamID(session: session, direction: direction), default: []].append(place)
      }
    }
    if !cuts.isEmpty {
      let places = cuts.mapValues { Array(Set($0)).sorted() }
      items = items.flatMap { item in
        guard let id = item.streamID, let places = places[id] else { return [item] }
        return item.cut(at: places)
      }
    }
    for mutation in mutations {
      if case .join(let session, let direction, let place) = mutation {
        join(StreamID(session: session, direction: direction), at: place)
      }
    }
  }

  /// The later of two segments takes what the earlier one has.
  private mutating func join(_ id: StreamID, at place: Int64) {
    let early = items.firstIndex { item in
      item.streamID == id && item.place?.range.upperBound == place && item.place?.isFinal == false
    }
    guard let early, let range = items[early].place?.range else { return }
    let late = items[(early + 1)...].firstIndex { item in
      item.streamID == id && item.place?.range.lowerBound == place && item.run == items[early].run
    }
    guard let late, let other = items[late].place?.range,
      range.count + other.count <= SegmentFrames.largestPayload,
      canMove(early, behind: late), let stream = subject.streams[id]
    else { return }
    items[late].setRange(range.lowerBound..<other.upperBound, of: stream)
    items.remove(at: early)
  }

  private mutating func sendAgain(_ id: StreamID, _ range: Range<Int64>, after packet: UInt64) {
    guard let stream = subject.streams[id], let place = items.lastIndex(where: { $0.packet == packet }),
      items[place].session == id.session, items[place].mayBeFollowed
    else { return }
    // It says what its sender said last, and its run is that of what it stands behind.
    let model = items[...place].last { $0.streamID == id }
    guard var copy = model, range.upperBound <= stream.count else { return }
    copy.run = items[place].run
    copy.time = items[place].time
    copy.opensSession = false
    copy.place?.isFinal = range.upperBound == stream.count && stream.hasFIN && model?.place?.isFinal == true
    copy.setRange(range, of: stream)
    items.insert(copy, at: place + 1)
  }

  // MARK: Places

  private mutating func delay(_ target: MutationTarget, by count: Int) {
    guard let start = index(of: target), !items[start].opensSession, items[start].packet > 0 else { return }
    var end = start
    while end - start < count, end + 1 < items.count, mayPass(items[start], items[end + 1]) { end += 1 }
    guard end > start else { return }
    let item = items.remove(at: start)
    items.insert(item, at: end)
  }

  private func canMove(_ start: Int, behind end: Int) -> Bool {
    !items[start].opensSession && (start + 1...end).allSatisfy { mayPass(items[start], items[$0]) }
  }

  /// Whether nothing of what is told depends on which of the two comes first.
  private func mayPass(_ item: TortureItem, _ other: TortureItem) -> Bool {
    guard let lane = other.lane, !other.opensSession || other.session == item.session else { return false }
    guard other.time.nanoseconds - item.time.nanoseconds <= subject.timeReach else { return false }
    if lane == item.lane || other.session != nil && other.session == item.session {
      return item.run == other.run
    }
    return !(item.isDNS && other.isDNS)
  }

  private func index(of target: MutationTarget) -> Int? {
    switch target {
    case .packet(let number): items.firstIndex { $0.packet == number }
    case .segment(let session, let direction, let place):
      items.firstIndex { item in
        item.session == session && item.place?.direction == direction && item.place?.isFree == true
          && item.place?.range.contains(place) == true
      }
    }
  }

  // MARK: Numbers

  /// A receiver acknowledges no more than has come to it.
  private mutating func keepAcknowledgmentsPlausible() {
    var arrivals: [StreamID: Arrival] = [:]
    for index in items.indices {
      guard let session = items[index].session, case .segment(var header, let payload) = items[index].content
      else { continue }
      if let place = items[index].place {
        arrivals[StreamID(session: session, direction: place.direction), default: Arrival()].add(place)
      }
      guard let wanted = items[index].acknowledged, let sender = items[index].sender(in: subject.streams),
        let stream = subject.streams[StreamID(session: session, direction: sender.opposite)]
      else { continue }
      let id = StreamID(session: session, direction: sender.opposite)
      let arrived = arrivals[id, default: Arrival()].upTo(stream)
      guard wanted > arrived else { continue }
      header.acknowledgment = stream.base &+ UInt32(truncatingIfNeeded: arrived)
      items[index].content = .segment(header, payload)
    }
  }

  private mutating func drop(_ id: StreamID, _ range: Range<Int64>) {
    for index in items.indices where items[index].streamID == id {
      guard let place = items[index].place, place.range.overlaps(range) else { continue }
      items[index].dropped.append(place.range.clamped(to: range))
    }
  }

  private mutating func renumber(_ index: Int) {
    guard !numbers.isEmpty, case .segment(var header, let payload) = items[index].content else { return }
    let own = NumberedEnd(source: header.source, destination: header.destination)
    let other = NumberedEnd(source: header.destination, destination: header.source)
    header.sequence &+= numbers[own] ?? 0
    if header.flags.contains(.ack) { header.acknowledgment &+= numbers[other] ?? 0 }
    items[index].content = .segment(header, payload)
  }
}

/// How much of a stream has come to its receiver, in the mutated order.
private struct Arrival {
  private var next: Int64 = 0
  private var waiting: [Range<Int64>] = []
  private var hasFIN = false

  mutating func add(_ place: StreamPlace) {
    hasFIN = hasFIN || place.isFinal
    if place.range.lowerBound > next { return waiting.append(place.range) }
    next = max(next, place.range.upperBound)
    while let index = waiting.firstIndex(where: { $0.lowerBound <= next }) {
      next = max(next, waiting.remove(at: index).upperBound)
    }
  }

  /// Without limit once all of it is there.
  func upTo(_ stream: WholeStream) -> Int64 {
    next == stream.count && (hasFIN || !stream.hasFIN) ? .max : next
  }
}

extension TortureItem {
  /// The stream of which it has something that may be changed.
  var streamID: StreamID? {
    guard let session, let place, place.isFree else { return nil }
    return StreamID(session: session, direction: place.direction)
  }

  /// Whether a segment may be put behind it, in the same run.
  var mayBeFollowed: Bool {
    guard case .segment(let header, _) = content else { return false }
    return header.flags.isDisjoint(with: [.syn, .rst]) && place?.isFree != false
  }

  /// Who sent it, in a session whose streams are known.
  func sender(in streams: [StreamID: WholeStream]) -> Direction? {
    if let place { return place.direction }
    guard let session, case .segment(let header, _) = content else { return nil }
    return Direction.allCases.first { direction in
      if let stream = streams[StreamID(session: session, direction: direction)] {
        return stream.source == header.source
      }
      return streams[StreamID(session: session, direction: direction.opposite)]?.destination == header.source
    }
  }

  /// The segment in pieces.
  fileprivate func cut(at places: [Int64]) -> [TortureItem] {
    guard let place, case .segment(let header, let payload) = content else { return [self] }
    let inside = places.filter { $0 > place.range.lowerBound && $0 < place.range.upperBound }
    guard !inside.isEmpty else { return [self] }
    let ends = inside + [place.range.upperBound]
    var start = place.range.lowerBound
    return ends.map { end in
      defer { start = end }
      let first = Int(start - place.range.lowerBound)
      var piece = self
      var pieceHeader = header
      pieceHeader.sequence &+= UInt32(truncatingIfNeeded: first)
      if end < place.range.upperBound { pieceHeader.flags.remove([.fin, .psh]) }
      let bytes = Array(payload[first..<Int(end - place.range.lowerBound)])
      piece.content = .segment(pieceHeader, bytes)
      piece.place?.range = start..<end
      piece.place?.isFinal = place.isFinal && end == place.range.upperBound
      return piece
    }
  }

  /// Has the segment carry other bytes of its stream.
  fileprivate mutating func setRange(_ range: Range<Int64>, of stream: WholeStream) {
    guard case .segment(var header, _) = content, let place else { return }
    header.sequence = stream.base &+ UInt32(truncatingIfNeeded: range.lowerBound)
    if !place.isFinal { header.flags.remove(.fin) }
    content = .segment(header, Array(stream.bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
    self.place?.range = range
  }
}
