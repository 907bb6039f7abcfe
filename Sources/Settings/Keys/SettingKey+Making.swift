extension SettingKey {
  typealias Place<Value> = any WritableKeyPath<ServeSettings, Value> & Sendable

  /// What a key is called and what it is for.
  struct Naming {
    var path: String
    var flag: String
    var valueName: String
    var summary: String
    var details: String?
    var isApplicable = false
    var standardWords: String?
    var example: String?
    var isPath = false
  }

  /// A key with one value.
  static func scalar<Value: Sendable>(
    _ place: Place<Value>, _ syntax: ValueSyntax<Value>, in group: SettingGroup, _ naming: Naming
  ) -> SettingKey {
    SettingKey(
      naming, in: group, isList: false, words: syntax.words,
      check: { (text) throws(UnfitValue) in _ = try syntax.read(text) },
      assign: { (texts, settings) throws(UnfitValue) in
        if let text = texts.last { settings[keyPath: place] = try syntax.read(text) }
      },
      texts: { [syntax.text($0[keyPath: place])] },
      copy: { old, new in new[keyPath: place] = old[keyPath: place] })
  }

  /// A key with one value, or a word that stands for nil.
  static func optional<Value: Sendable>(
    _ place: Place<Value?>, _ syntax: ValueSyntax<Value>, nilWord: String, in group: SettingGroup,
    _ naming: Naming
  ) -> SettingKey {
    scalar(place, syntax.orWord(nilWord), in: group, naming)
  }

  /// A key with any number of values, none of them twice.
  static func list<Element: Hashable & Sendable>(
    _ place: Place<[Element]>, _ syntax: ValueSyntax<Element>, in group: SettingGroup, _ naming: Naming
  ) -> SettingKey {
    SettingKey(
      naming, in: group, isList: true, words: syntax.words,
      check: { (text) throws(UnfitValue) in _ = try syntax.read(text) },
      assign: { (texts, settings) throws(UnfitValue) in
        var elements: [Element] = []
        for text in texts {
          let element = try syntax.read(text)
          guard !elements.contains(element) else { throw UnfitValue("'\(text)' is given twice") }
          elements.append(element)
        }
        settings[keyPath: place] = elements
      },
      texts: { $0[keyPath: place].map(syntax.text) },
      copy: { old, new in new[keyPath: place] = old[keyPath: place] })
  }

  private init(
    _ naming: Naming, in group: SettingGroup, isList: Bool, words: [String],
    check: @escaping @Sendable (String) throws(UnfitValue) -> Void,
    assign: @escaping @Sendable ([String], inout ServeSettings) throws(UnfitValue) -> Void,
    texts: @escaping @Sendable (ServeSettings) -> [String],
    copy: @escaping @Sendable (ServeSettings, inout ServeSettings) -> Void
  ) {
    path = naming.path
    flag = naming.flag
    valueName = naming.valueName
    summary = naming.summary
    details = naming.details
    self.group = group
    self.isList = isList
    self.words = words
    isApplicable = naming.isApplicable
    standardWords = naming.standardWords
    example = naming.example
    isPath = naming.isPath
    self.check = check
    self.assign = assign
    self.texts = texts
    self.copy = copy
  }
}
