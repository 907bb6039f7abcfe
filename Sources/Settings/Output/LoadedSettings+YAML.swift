extension LoadedSettings {
  /// The settings as a file, each with where it comes from as a comment.
  package var yaml: String {
    var text = ""
    var map: String?
    var group: SettingGroup?
    for key in SettingKeys.all {
      if key.group != group { text += "\(group == nil ? "" : "\n")# \(key.group.rawValue)\n" }
      group = key.group
      let components = key.components
      let newMap = components.count > 1 ? components[0] : nil
      if let newMap, newMap != map { text += "\(newMap):\n" }
      map = newMap
      let indentation = map == nil ? "" : "  "
      let line = "\(indentation)\(components.last ?? ""): \(key.text(in: settings).text)"
      text += isUsed(key) ? "\(line)  # \(Self.comment(origin(of: key.path)))\n" : "# \(line)  # not used\n"
    }
    return text
  }

  /// What is not used must not stand in a file: it would contradict the rest.
  private func isUsed(_ key: SettingKey) -> Bool {
    switch key.path {
    case "rotate_size", "rotate_every", "max_total":
      if case .file = settings.recording.place { false } else { true }
    case "nameservers": settings.dns.destination == .nameservers
    default: true
    }
  }

  private static func comment(_ origin: SettingOrigin) -> String {
    let text =
      switch origin {
      case .flag(let name): "flag \(name)"
      case .environment(let variable): "environment \(variable)"
      case .file, .standard: origin.description
      }
    // A path may hold the end of a line, and with it the end of the comment.
    return String(text.map { $0.isNewline ? "?" : $0 })
  }
}
