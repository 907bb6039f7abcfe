/// What is written about the settings elsewhere, made of the table of keys.
package enum SettingsReference {
  /// `packaging/relay.yaml`: every key with what it is for, all commented out.
  package static var exampleFile: String {
    var text = """
      # Settings of 'relay serve', installed as \(SettingsSource.standardFile).
      #
      # Every setting stands here with its default, behind '#'. Take the '#' away to
      # change one; of a setting in a map ('\(SettingKeys.maps.sorted().joined(separator: ":', '")):') keep the indentation.
      # Environment variables (WIRETAPE_TCP_PORT ...) override this file, flags
      # (--tcp-port ...) override both. Sizes have a unit (512KiB, 256MiB, 1GB), and so
      # have durations (500ms, 30s, 5m, 1h, 7d).
      #
      # After a change: 'relay serve --check-config', then
      # 'systemctl reload wiretape' where the setting says "a reload is enough", or
      # else 'systemctl restart wiretape'. Reference: relay.yaml(5).

      """
    var map: String?
    for group in SettingGroup.allCases {
      text += "\n\n# ---- \(group.rawValue) \(String(repeating: "-", count: 72 - group.rawValue.count))\n"
      for key in SettingKeys.all where key.group == group {
        let newMap = key.components.count > 1 ? key.components[0] : nil
        if let newMap, newMap != map { text += "\n\(newMap):\n" }
        map = newMap
        text += "\n\(entry(key, indentation: map == nil ? "" : "  "))"
      }
    }
    return text
  }

  private static func entry(_ key: SettingKey, indentation: String) -> String {
    var prose = key.isList ? "A list. " : ""
    let standard = key.standardWords.map { "Default: \($0)." }
    prose += [key.summary, standard, key.details].compactMap { $0 }.joined(separator: " ")
    if key.standardWords == nil, let example = key.example { prose += " Example: \(example)" }
    if key.isApplicable { prose += "\(prose.hasSuffix(".") ? "" : " .") A reload is enough." }
    let lines = wrapped(prose, width: 78 - indentation.count).map { "\(indentation)# \($0)\n" }
    let value = key.standardWords == nil ? key.standardText : key.example ?? key.standardText
    return "\(lines.joined())\(indentation)#\(key.components.last ?? ""): \(value)\n"
  }

  /// Lines of at most `width` characters, words whole.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
