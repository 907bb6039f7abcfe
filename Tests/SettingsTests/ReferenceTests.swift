import Foundation
import SessionEvents
import TestSupport
import Testing

@testable import Settings

@Suite struct `The reference of settings` {
  struct Case: CustomTestStringConvertible, Sendable {
    var path: String
    var text: String

    var testDescription: String { path }
  }

  static let cases = [
    Case(path: "packaging/relay.yaml", text: SettingsReference.exampleFile),
    Case(path: "packaging/man/relay.yaml.5", text: SettingsReference.manualPage),
    Case(path: "docs/SERVE-SETTINGS.md", text: SettingsReference.markdown),
  ]

  /// `tools/update-reference` writes the files, and sets the variable for it.
  @Test(arguments: cases)
  func `is as the table of keys has it: tools/update-reference writes it anew`(_ test: Case) throws {
    let file = Fixtures.folder.deletingLastPathComponent().appending(path: test.path)
    if ProcessInfo.processInfo.environment["WIRETAPE_UPDATE_REFERENCE"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(test.text.utf8).write(to: file)
    }
    let stored = try String(contentsOf: file, encoding: .utf8)
    #expect(stored == test.text)
  }

  @Test func `holds an example that is fine as it stands, and changes nothing`() throws {
    let loaded = try SettingsTrial(yaml: SettingsReference.exampleFile).load()
    #expect(loaded.origins.keys.sorted() == ["nameservers"])
    #expect(loaded.warnings == [])
  }

  @Test func `shows every default as it is`() throws {
    let lines = SettingsReference.exampleFile.split(separator: "\n", omittingEmptySubsequences: false)
    let live = lines.map { line in
      let content = line.drop { $0 == " " }
      let isSetting = content.hasPrefix("#") && !content.hasPrefix("# ") && content.count > 1
      return isSetting ? line.prefix(line.count - content.count) + content.dropFirst() : line
    }
    let loaded = try SettingsTrial(yaml: live.joined(separator: "\n")).load()
    #expect(loaded.origins.count == SettingKeys.all.count)
    var expected = ServeSettings()
    expected.dns.nameservers = loaded.settings.dns.nameservers
    #expect(loaded.settings == expected)
    #expect(loaded.settings.dns.nameservers.map(\.description) == ["9.9.9.9:53", "[2620:fe::fe]:53"])
  }

  @Test func `has examples that are values`() throws {
    for key in SettingKeys.all {
      guard let example = key.example else { continue }
      let indented = key.components.count > 1 ? "\(key.components[0]):\n  " : ""
      var yaml = "\(indented)\(key.components.last ?? ""): \(example)\n"
      if key.path == "ca_cert" { yaml += "ca_key: /k" }
      if key.path == "ca_key" { yaml += "ca_cert: /c" }
      #expect(try SettingsTrial(yaml: yaml).problems() == [], "\(key.path)")
    }
  }

  @Test func `has one name for each flag, variable and key`() {
    let keys = SettingKeys.all
    #expect(Set(keys.map(\.path)).count == keys.count)
    #expect(Set(keys.map(\.flag)).count == keys.count)
    #expect(Set(keys.map(\.variable)).count == keys.count)
  }

  @Test(arguments: cases)
  func `names every key`(_ test: Case) {
    for key in SettingKeys.all {
      let name = key.components.last ?? ""
      #expect(test.text.contains(name), "\(key.path)")
    }
  }
}
