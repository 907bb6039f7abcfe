import Configuration

/// Values of one origin, as yet only text.
struct SettingsLayer: Sendable {
  /// Answers to the texts of scalars and lists.
  let provider: any ConfigProvider
  /// Where a key's value stands; for an element of a list, its own place.
  let origin: @Sendable (_ key: SettingKey, _ element: Int?) -> SettingOrigin
  /// Whether a place does not say the key by itself.
  var placesNeedKeys = false

  /// The key's texts here; nil where it is not set.
  func texts(of key: SettingKey) -> [String]? {
    let lookup = try? provider.value(
      forKey: AbsoluteConfigKey(key.components), type: key.isList ? .stringArray : .string)
    switch lookup?.value?.content {
    case .string(let text): return [text]
    // How the environment says the empty list.
    case .stringArray(let texts): return texts == [""] ? [] : texts
    default: return nil
    }
  }

  /// What is wrong with the values that are set here, each for itself.
  func problems() -> [SettingProblem] {
    SettingKeys.all.flatMap { key in
      guard let texts = texts(of: key) else { return [] as [SettingProblem] }
      let unfit = texts.enumerated().compactMap { index, text in
        reason(against: text, for: key).map {
          problem(key, element: key.isList ? index : nil, $0)
        }
      }
      guard unfit.isEmpty else { return unfit }
      // Elements that are good alone may not go together.
      var trial = ServeSettings()
      do throws(UnfitValue) {
        try key.assign(texts, &trial)
        return []
      } catch {
        return [problem(key, element: nil, error.reason)]
      }
    }
  }

  private func reason(against text: String, for key: SettingKey) -> String? {
    // PATH_MAX, which nothing here needs more than.
    if text.utf8.count > 4_096 { return "the value is longer than 4096 bytes" }
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
      return "a control character stands in the value"
    }
    do throws(UnfitValue) {
      try key.check(text)
      return nil
    } catch {
      return error.reason
    }
  }

  private func problem(_ key: SettingKey, element: Int?, _ reason: String) -> SettingProblem {
    SettingProblem(origin(key, element), placesNeedKeys ? "\(key.path): \(reason)" : reason)
  }
}
