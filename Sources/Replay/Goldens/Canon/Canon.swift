/// The rules by which exchanges are made canonical: what changes from one run of a scenario to the next is taken out.
///
/// The last rule that is about a field decides.
public struct Canon: Hashable, Sendable {
  public let rules: [CanonRule]

  /// The program's own rules unless `usesDefaults` is false, and behind them these.
  public init(usesDefaults: Bool = true, rules: [CanonRule] = []) {
    self.rules = (usesDefaults ? Self.defaultRules : []) + rules
  }
}
