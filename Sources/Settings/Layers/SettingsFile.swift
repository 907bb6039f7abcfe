import Configuration
import YAMLText

/// What a file of settings holds.
struct SettingsFile {
  /// Nil where nothing in it can be used.
  private(set) var layer: SettingsLayer
  /// What is wrong with it as YAML, and with its keys; not yet with its values.
  private(set) var problems: [SettingProblem] = []
  private(set) var warnings: [SettingProblem] = []

  /// Reads the file; if it need not be there, nil where it is not.
  init?(path: String, mustExist: Bool) {
    layer = SettingsLayer(entries: [:], path: path)
    do throws(FileFailure) {
      let file = try BoundedFile(path: path)
      if file.isWorldWritable {
        warnings.append(SettingProblem(.file(path: path, line: nil), "anybody can write to this file"))
      }
      var reader = try YAMLSettings(bytes: file.bytes)
      reader.read()
      layer = SettingsLayer(entries: reader.entries, path: path)
      problems = reader.problems.map { SettingProblem(.file(path: path, line: $0.line), $0.reason) }
    } catch {
      if error.isAbsence, !mustExist { return nil }
      problems = [SettingProblem(.file(path: path, line: error.line), error.reason)]
    }
  }
}

/// A value in a file.
struct FileEntry: Hashable, Sendable {
  /// One for each element of a list.
  var texts: [String]
  var line: Int
  /// As many as `texts`.
  var elementLines: [Int]
}

extension SettingsLayer {
  /// Values of a file by their key's path.
  init(entries: [String: FileEntry], path: String) {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for key in SettingKeys.all {
      guard let entry = entries[key.path] else { continue }
      let content: ConfigContent = key.isList ? .stringArray(entry.texts) : .string(entry.texts.joined())
      values[AbsoluteConfigKey(key.components)] = ConfigValue(content, isSecret: false)
    }
    self.init(provider: InMemoryProvider(name: path, values: values)) { key, element in
      let entry = entries[key.path]
      return .file(path: path, line: element.flatMap { entry?.elementLines[$0] } ?? entry?.line)
    }
    placesNeedKeys = true
  }
}
