import ArgumentParser

/// A number of bytes as an option takes it: `2000`, `64k`, `10M`, `1G` (powers of 1,000), or `none` for any number.
struct ByteLimit: ExpressibleByArgument, CustomStringConvertible {
  /// Nil for any number.
  let byteCount: Int?
  let description: String

  init?(argument: String) {
    description = argument
    if argument == "none" {
      byteCount = nil
      return
    }
    let digits = argument.prefix { ("0"..."9").contains($0) }
    let units = ["": 1, "k": 1_000, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000]
    guard let number = Int(digits), let unit = units[String(argument.dropFirst(digits.count))] else {
      return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    byteCount = product
  }
}
