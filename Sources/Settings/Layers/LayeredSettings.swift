import Configuration
import Synchronization

/// Looks every key up through the layers, the first one first.
struct LayeredSettings {
  let layers: [SettingsLayer]

  /// The settings as far as they can be read; values that do not fit are left out, since `SettingsLayer.problems` has them.
  func loaded() -> LoadedSettings {
    let witness = LookupWitness()
    let reader = ConfigReader(providers: layers.map(\.provider), accessReporter: witness)
    var loaded = LoadedSettings()
    for key in SettingKeys.all {
      guard let texts = texts(of: key, in: reader), let layer = witness.answeringLayer else { continue }
      do throws(UnfitValue) {
        try key.assign(texts, &loaded.settings)
        loaded.origins[key.path] = layers[layer].origin(key, nil)
      } catch {
        continue
      }
    }
    return loaded
  }

  private func texts(of key: SettingKey, in reader: ConfigReader) -> [String]? {
    let name = ConfigKey(key.components)
    guard key.isList else { return reader.string(forKey: name).map { [$0] } }
    let texts = reader.stringArray(forKey: name)
    return texts == [""] ? [] : texts
  }
}

/// Remembers which layer answered last.
private final class LookupWitness: AccessReporter {
  private let layer = Mutex<Int?>(nil)

  var answeringLayer: Int? { layer.withLock { $0 } }

  func report(_ event: AccessEvent) {
    // Asking ends at the first layer that has a value.
    let hasAnswer = (try? event.providerResults.last?.result.get())?.value != nil
    layer.withLock { $0 = hasAnswer ? event.providerResults.count - 1 : nil }
  }
}
