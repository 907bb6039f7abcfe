extension SettingsReference {
  /// `relay.yaml(5)`, for man(7).
  package static var manualPage: String {
    var text = """
      .TH RELAY.YAML 5 "" "Wiretape" "File Formats"
      .SH NAME
      relay.yaml \\- settings of relay serve
      .SH SYNOPSIS
      .I \(roff(SettingsSource.standardFile))
      .SH DESCRIPTION
      The file is YAML. What stands there is the value, with quotes or without. A key that does not exist, stands twice, or
      has a value that does not fit is an error, and so are anchors, aliases and tags; \\fBrelay serve \\-\\-check\\-config\\fR
      names them all.
      .PP
      Flags override environment variables, which override the file, which overrides the defaults;
      \\fBrelay serve \\-\\-print\\-config\\fR prints what holds, and where each value comes from. Another file is named by
      \\fB\\-\\-config\\fR or WIRETAPE_CONFIG. In a variable, the elements of a list are separated by commas.
      .PP
      A name with a dot is a key in a map: \\fBtimeouts.connect\\fR is \\fBconnect\\fR below \\fBtimeouts:\\fR. Sizes are a
      whole number of B, KB, KiB, MB, MiB, GB, GiB, TB or TiB, as 256MiB; durations of ms, s, m, h or d, as 30s. Paths are
      absolute.
      .PP
      SIGHUP reads everything again. A change to a setting marked "reload" is followed at once; of any other the service
      says that it needs a restart.

      """
    for group in SettingGroup.allCases {
      text += ".SH \(group.rawValue.uppercased())\n"
      for key in SettingKeys.all where key.group == group { text += manualEntry(key) }
    }
    return text + """
      .SH EXAMPLE
      .nf
      nameservers: [9.9.9.9, \\(aq[2620:fe::fe]:53\\(aq]
      write: /var/lib/wiretape/recordings
      max_total: 20GiB
      rules:
      \\&  apply: true
      .fi
      .SH SEE ALSO
      .BR relay (1),
      .BR replay (1)

      """
  }

  private static func manualEntry(_ key: SettingKey) -> String {
    var prose = key.isList ? "A list. " : ""
    prose += [key.summary, key.details].compactMap { $0 }.joined(separator: " ")
    var facts = ["Default: \(key.standardWords ?? key.standardText)"]
    if let example = key.example { facts.append("example: \(example)") }
    facts += ["flag: \(flagForm(key))", "variable: \(key.variable)", key.isApplicable ? "reload" : "restart"]
    return """
      .TP
      .B \(roff(key.path))
      \(roff(prose))
      .br
      \(roff(facts.joined(separator: "; "))).

      """
  }

  /// Text as roff wants it: backslashes, hyphens that must stay ASCII, and control lines taken care of.
  private static func roff(_ text: String) -> String {
    let escaped = text.map { character in
      switch character {
      case "\\": "\\e"
      case "-": "\\-"
      case "'": "\\(aq"
      default: String(character)
      }
    }.joined()
    return escaped.hasPrefix(".") ? "\\&\(escaped)" : escaped
  }
}
