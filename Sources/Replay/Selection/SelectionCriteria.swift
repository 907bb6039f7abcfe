/// What is told of: of several criteria of one kind any holds, of different kinds all.
public struct SelectionCriteria: Hashable, Sendable {
  public var hosts: [HostPattern] = []
  public var processes: [ProcessPattern] = []
  public var protocols: [ProtocolPattern] = []
  public var statuses: [StatusPattern] = []
  public var methods: [MethodPattern] = []
  public var sessions: [SessionRange] = []
  /// Nothing before this.
  public var since: Moment?
  /// Nothing from this on.
  public var until: Moment?

  public init() {}

  /// Whether everything is told of.
  public var isEmpty: Bool { self == SelectionCriteria() }

  /// Whether it is known of a session as it opens whether it is told of, and with it all that is said in it.
  public var areDecidedAtOpening: Bool {
    hosts.isEmpty && since == nil && until == nil && !concernExchangesAlone
  }

  /// The criteria but for time.
  public var exceptTime: SelectionCriteria {
    var criteria = self
    criteria.since = nil
    criteria.until = nil
    return criteria
  }

  /// Whether a session in which nothing was said cannot meet them.
  var concernExchangesAlone: Bool { !protocols.isEmpty || !statuses.isEmpty || !methods.isEmpty }
}
