/// One key of the settings: how it is named on every layer, what it takes, and what it is for.
package struct SettingKey: Sendable {
  /// As in the file; of a key in a map, `timeouts.connect`.
  package let path: String
  /// The flag, with its dashes.
  package let flag: String
  /// What stands for its value in help.
  package let valueName: String
  /// One sentence, with its full stop; the first of the documentation.
  package let summary: String
  /// More of the documentation, for the file and the reference.
  let details: String?
  package let group: SettingGroup
  package let isList: Bool
  /// Whether a running relay follows a change.
  package let isApplicable: Bool
  /// Its default in words, where the value does not say it.
  let standardWords: String?
  /// A value for the reference, where the default is nothing that one would write.
  let example: String?
  /// Whether a relative path given as a flag starts at the working directory.
  package let isPath: Bool
  /// All values that it can have, where they are few.
  package let words: [String]

  /// Checks one scalar, or one element of a list.
  let check: @Sendable (String) throws(UnfitValue) -> Void
  /// Sets checked values: one, or for a list any number.
  let assign: @Sendable ([String], inout ServeSettings) throws(UnfitValue) -> Void
  let texts: @Sendable (ServeSettings) -> [String]
  let copy: @Sendable (ServeSettings, inout ServeSettings) -> Void

  package var components: [String] { path.split(separator: ".").map(String.init) }

  /// The environment's name for it.
  package var variable: String {
    "WIRETAPE_" + path.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
  }

  /// The default as one would write it, in the file's syntax.
  package var standardText: String { standardWords ?? text(in: ServeSettings()).text }

  /// The value that the settings have for it.
  func text(in settings: ServeSettings) -> SettingText {
    let texts = texts(settings)
    return isList ? .list(texts) : .scalar(texts.joined())
  }
}

/// What keys have to do with each other, in the order of the reference.
package enum SettingGroup: String, Sendable, CaseIterable {
  case listening = "Listening"
  case dns = "DNS"
  case recording = "Recording"
  case interception = "Interception"
  case rules = "Firewall rules"
  case timeouts = "Time-outs"
  case service = "Service"
}
