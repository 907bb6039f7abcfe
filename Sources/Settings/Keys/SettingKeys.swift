/// Every key that there is.
package enum SettingKeys {
  /// In the order of the file.
  package static let all: [SettingKey] =
    listening + dns + recording + interception + rules + timeouts + service

  /// The key with this path, as `timeouts.connect`.
  package static func key(_ path: String) -> SettingKey? { byPath[path] }

  private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

  /// The maps that keys stand in.
  static let maps: Set<String> = Set(all.compactMap { $0.components.dropLast().first })

  /// What a name that does not exist at `map` (nil: at the top) was probably meant to be.
  static func suggestion(for name: String, in map: String?) -> String? {
    let prefix = map.map { "\($0)." } ?? ""
    let here = all.map(\.path).filter { $0.hasPrefix(prefix) }.compactMap {
      $0.dropFirst(prefix.count).split(separator: ".").first.map(String.init)
    }
    if let near = Spelling.nearest(to: name, among: here) { return prefix + near }
    // The right name in the wrong place.
    let elsewhere = all.first { $0.path == name || $0.components.last == name }
    return elsewhere?.path ?? Spelling.nearest(to: name, among: all.map(\.path))
  }
}
