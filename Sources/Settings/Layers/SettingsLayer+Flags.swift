import Configuration

extension SettingsLayer {
  /// The flags that were given.
  init(flags: [SettingFlag]) {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for flag in flags {
      guard let key = SettingKeys.all.first(where: { $0.flag == flag.name }) else {
        preconditionFailure("no setting has the flag \(flag.name)")
      }
      let content: ConfigContent = key.isList ? .stringArray(flag.values) : .string(flag.values.last ?? "")
      values[AbsoluteConfigKey(key.components)] = ConfigValue(content, isSecret: false)
    }
    self.init(provider: InMemoryProvider(name: "flags", values: values)) { key, _ in .flag(key.flag) }
  }
}
