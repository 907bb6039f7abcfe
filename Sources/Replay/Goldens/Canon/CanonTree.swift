/// The paths of all rules as one tree, so that a value is looked at once, however many rules there are.
struct CanonTree {
  private struct Place {
    var names: [String: Int] = [:]
    var patterns: [(text: String, place: Int)] = []
    var any: Int?
    /// Where `**` leads, which is there already without a step.
    var deep: Int?
    /// Whether it is reached by `**`, and so stays through any step.
    var isDeep = false
    var rules: [Int] = []
  }

  private var places = [Place()]

  init(_ rules: [CanonRule]) {
    for (index, rule) in rules.enumerated() {
      var place = 0
      for segment in rule.path.segments { place = child(of: place, segment) }
      places[place].rules.append(index)
    }
  }

  /// The places of a whole exchange.
  var start: [Int] { closure([0]) }

  /// The rules that end at a place.
  func rules(at place: Int) -> [Int] { places[place].rules }

  /// The places to which a name leads, given in lower case.
  func step(from current: [Int], name: String) -> [Int] {
    var next: [Int] = []
    for index in current {
      let place = places[index]
      if let child = place.names[name] { next.append(child) }
      for (text, child) in place.patterns where StarPattern.matches(name, text) { next.append(child) }
      if let child = place.any { next.append(child) }
      if place.isDeep { next.append(index) }
    }
    return next.isEmpty ? next : closure(next)
  }

  private func closure(_ indices: [Int]) -> [Int] {
    indices + indices.compactMap { index in places[index].deep.flatMap { indices.contains($0) ? nil : $0 } }
  }

  private mutating func child(of place: Int, _ segment: CanonPath.Segment) -> Int {
    let fresh = places.count
    switch segment {
    case .name(let name):
      if let known = places[place].names[name] { return known }
      places[place].names[name] = fresh
    case .pattern(let text):
      if let known = places[place].patterns.first(where: { $0.text == text }) { return known.place }
      places[place].patterns.append((text, fresh))
    case .any:
      if let known = places[place].any { return known }
      places[place].any = fresh
    case .deep:
      if let known = places[place].deep { return known }
      places[place].deep = fresh
    }
    places.append(Place())
    if segment == .deep { places[fresh].isDeep = true }
    return fresh
  }
}
