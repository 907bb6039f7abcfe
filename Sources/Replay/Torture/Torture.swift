public import Inspection
public import SessionEvents

/// Mutates a recording at random, as networks do, and holds it to the laws: the same events and the same exchanges, and
/// for what was dropped a gap of the right count.
public struct Torture {
  /// Reads a mutated capture: emits its events, with their packets.
  public typealias Reader = (_ capture: TorturedCapture, _ emit: ReplayEmit) -> Void

  public let subject: TortureSubject
  public let seed: UInt64
  private let services: InspectionServices
  private let limits: TortureLimits
  private let reader: Reader

  /// `reader` is another than the reader under test only to try torture itself.
  public init(
    _ subject: TortureSubject, seed: UInt64, services: InspectionServices,
    limits: TortureLimits = TortureLimits(), reader: @escaping Reader = { $0.read($1) }
  ) {
    self.subject = subject
    self.seed = seed
    self.services = services
    self.limits = limits
    self.reader = reader
  }

  /// A round that did not hold.
  public struct Failure: Sendable {
    public var round: UInt64
    /// Those of the round.
    public var mutationCount: Int
    /// Those that are left, and still make it fail; none if the recording fails without any.
    public var mutations: [Mutation]
    /// What they lead to.
    public var difference: TortureDifference
    public var capture: TorturedCapture

    package init(
      round: UInt64, mutationCount: Int, mutations: [Mutation], difference: TortureDifference,
      capture: TorturedCapture
    ) {
      self.round = round
      self.mutationCount = mutationCount
      self.mutations = mutations
      self.difference = difference
      self.capture = capture
    }
  }

  /// The mutations of a round, from 0; those of round 0 are none, which tries torture's own reading and writing.
  public func mutations(ofRound round: UInt64) -> [Mutation] {
    guard round > 0 else { return [] }
    var planner = MutationPlanner(subject, limits: limits, seed: seed, round: round)
    return planner.plan()
  }

  /// Plays a round; nil if it held.
  public func play(round: UInt64) -> (failure: Failure?, mutationCount: Int) {
    let mutations = mutations(ofRound: round)
    guard difference(mutations) != nil else { return (nil, mutations.count) }
    var shrinker = MutationShrinker(readings: limits.shrinkingReadings) { difference($0) != nil }
    let left = shrinker.shrink(mutations)
    guard let difference = difference(left) else {
      preconditionFailure("a round fails at one time and not at another")
    }
    let failure = Failure(
      round: round, mutationCount: mutations.count, mutations: left, difference: difference,
      capture: capture(left))
    return (failure, mutations.count)
  }

  /// The recording with these mutations.
  public func capture(_ mutations: [Mutation]) -> TorturedCapture {
    TorturedCapture(MutatedRecording(subject, mutations), limits: subject.limits)
  }

  /// The first difference that these mutations lead to; nil where none does.
  public func difference(_ mutations: [Mutation]) -> TortureDifference? {
    var teller = Teller(services: services)
    reader(capture(mutations)) { event, packet in teller.receive(event, packet: packet) }
    var drops: [SessionID: [(direction: Direction, range: Range<Int64>)]] = [:]
    for mutation in mutations {
      if case .drop(let session, let direction, let range) = mutation {
        drops[session, default: []].append((direction, range))
      }
    }
    return subject.telling.firstDifference(from: teller.telling, drops: drops)
  }
}
