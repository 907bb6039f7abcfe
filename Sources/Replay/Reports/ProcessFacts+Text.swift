import SessionEvents

extension ProcessFacts {
  /// The process for people, `curl[4711]`; where it is unknown the user, `alice` or `uid 1000`.
  var label: String {
    guard let pid else { return owner }
    return "\(name.map(DisplayText.safe) ?? "?")[\(pid)]"
  }

  /// What else tells whose it is: `of alice`, `in cron.service`.
  var belonging: [String] {
    let unit = unit.map { "in \(DisplayText.safe($0))" }
    return [pid == nil ? nil : "of \(owner)", unit].compactMap(\.self)
  }

  private var owner: String { user.map(DisplayText.safe) ?? "uid \(uid)" }
}
