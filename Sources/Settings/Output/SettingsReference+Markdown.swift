extension SettingsReference {
  /// `docs/SERVE-SETTINGS.md`.
  package static var markdown: String {
    var text = """
      # Settings of `relay serve`

      Flags override environment variables, which override the file (`\(SettingsSource.standardFile)`, or `--config FILE`, or
      `WIRETAPE_CONFIG`), which overrides the defaults. `relay serve --check-config` names everything that is wrong;
      `relay serve --print-config` prints what holds, and where each value comes from.

      The file is YAML. What stands there is the value, with quotes or without. A key that does not exist, stands twice,
      or has a value that does not fit is an error, and so are anchors, aliases and tags. A name with a dot is a key in a
      map: `timeouts.connect` is `connect` below `timeouts:`. In a variable, the elements of a list are separated by commas.

      - Sizes: a whole number of `B`, `KB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`, `TB` or `TiB`, as `256MiB`.
      - Durations: a whole number of `ms`, `s`, `m`, `h` or `d`, as `30s`.
      - Paths in the file and in variables are absolute.

      SIGHUP (`systemctl reload`) reads everything again. A change to a setting marked "reload" is followed at once; of
      any other the service says that it needs a restart.

      """
    for group in SettingGroup.allCases {
      text += "\n## \(group.rawValue)\n"
      for key in SettingKeys.all where key.group == group { text += "\n\(markdownEntry(key))" }
    }
    return text
  }

  private static func markdownEntry(_ key: SettingKey) -> String {
    var prose = key.isList ? "A list. " : ""
    prose += [key.summary, key.details].compactMap { $0 }.joined(separator: " ")
    var facts = ["default " + (key.standardWords ?? "`\(key.standardText)`")]
    if let example = key.example { facts.append("example `\(example)`") }
    facts.append("flag `\(flagForm(key))`")
    facts.append("variable `\(key.variable)`")
    facts.append(key.isApplicable ? "reload" : "restart")
    let lines = wrapped(prose, width: 120) + [""] + wrapped(facts.joined(separator: "; ") + ".", width: 120)
    return "### `\(key.path)`\n\n\(lines.joined(separator: "\n"))\n"
  }

  /// The flag with its value.
  static func flagForm(_ key: SettingKey) -> String {
    let short = key.path == "write" ? "-w, " : ""
    guard key.valueName != "bool" else { return "\(key.flag), --no-\(key.flag.dropFirst(2))" }
    return "\(short)\(key.flag) \(key.valueName.uppercased())\(key.isList ? " ..." : "")"
  }
}
