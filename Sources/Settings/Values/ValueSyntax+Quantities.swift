extension ValueSyntax where Value == UInt64 {
  /// Bytes with their unit, at least `least`.
  static func size(least: UInt64) -> ValueSyntax {
    ValueSyntax(
      "a size",
      read: { (text) throws(UnfitValue) in
        let bytes = try Unit.read(text, Unit.sizes, noun: "a size", example: "256MiB")
        guard bytes >= least else { throw UnfitValue("'\(text)' is less than \(Unit.sizeText(least))") }
        return bytes
      },
      text: Unit.sizeText)
  }
}

extension ValueSyntax where Value == Duration {
  static func duration(_ range: ClosedRange<Duration>) -> ValueSyntax {
    ValueSyntax(
      "a duration",
      read: { (text) throws(UnfitValue) in
        let milliseconds = try Unit.read(text, Unit.durations, noun: "a duration", example: "30s")
        let duration = Duration.milliseconds(milliseconds)
        guard range.contains(duration) else {
          let bounds = [range.lowerBound, range.upperBound].map(Unit.durationText)
          throw UnfitValue("'\(text)' is not between \(bounds[0]) and \(bounds[1])")
        }
        return duration
      },
      text: Unit.durationText)
  }
}

/// What a number counts: bytes, or milliseconds.
private struct Unit: Sendable {
  let name: String
  let factor: UInt64

  static let sizes = [
    Unit(name: "B", factor: 1),
    Unit(name: "KB", factor: 1_000), Unit(name: "KiB", factor: 1 << 10),
    Unit(name: "MB", factor: 1_000_000), Unit(name: "MiB", factor: 1 << 20),
    Unit(name: "GB", factor: 1_000_000_000), Unit(name: "GiB", factor: 1 << 30),
    Unit(name: "TB", factor: 1_000_000_000_000), Unit(name: "TiB", factor: 1 << 40),
  ]

  static let durations = [
    Unit(name: "ms", factor: 1), Unit(name: "s", factor: 1_000), Unit(name: "m", factor: 60_000),
    Unit(name: "h", factor: 3_600_000), Unit(name: "d", factor: 86_400_000),
  ]

  /// A whole number and a unit, nothing between them; below 2⁶².
  static func read(
    _ text: String, _ units: [Unit], noun: String, example: String
  ) throws(UnfitValue) -> UInt64 {
    let digits = text.prefix { ("0"..."9").contains($0) }
    let name = text.dropFirst(digits.count)
    guard !digits.isEmpty else { throw UnfitValue("'\(text)' is not \(noun), as \(example)") }
    guard !name.isEmpty else {
      throw UnfitValue("'\(text)' has no unit: write \(noun), as \(example)")
    }
    guard let unit = units.first(where: { $0.name == name }) else {
      let near = units.first { $0.name.lowercased() == name.lowercased() }
      if let near { throw UnfitValue("'\(text)' is not \(noun): did you mean '\(digits)\(near.name)'?") }
      throw UnfitValue("'\(text)' is not \(noun): the units are \(units.map(\.name).joined(separator: ", "))")
    }
    let product = UInt64(decimal: digits)?.multipliedReportingOverflow(by: unit.factor)
    guard let product, !product.overflow, product.partialValue < 1 << 62 else {
      throw UnfitValue("'\(text)' is too much")
    }
    return product.partialValue
  }

  /// In the largest binary unit that leaves no rest.
  static func sizeText(_ bytes: UInt64) -> String {
    text(bytes, sizes.filter { $0.factor & ($0.factor - 1) == 0 })
  }

  static func durationText(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    return text(UInt64(seconds) * 1_000 + UInt64(attoseconds / 1_000_000_000_000_000), durations)
  }

  private static func text(_ amount: UInt64, _ units: [Unit]) -> String {
    guard amount > 0 else { return units == durations ? "0s" : "0B" }
    let unit = units.last { amount.isMultiple(of: $0.factor) }
    return "\(amount / (unit?.factor ?? 1))\(unit?.name ?? "")"
  }
}

extension Unit: Equatable {}
