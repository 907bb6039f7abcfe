import Foundation
import TestSupport

@testable import Settings

/// Layers of settings, and what is made of them.
struct SettingsTrial {
  private let directory: TemporaryDirectory
  var source: SettingsSource

  /// `resolver` and `systemResolver` stand for /etc/resolv.conf and systemd's.
  init(
    yaml: [UInt8]? = nil, flags: [SettingFlag] = [], environment: [String: String] = [:],
    resolver: String = "nameserver 192.0.2.53\n", systemResolver: String? = nil
  ) throws {
    let directory = try TemporaryDirectory()
    self.directory = directory
    let file = try yaml.map { try directory.write($0, to: "relay.yaml") }
    source = SettingsSource(flags: flags, environment: environment, file: file)
    // What this machine has of its own must not count.
    if file == nil {
      source.environment[SettingsLayer.fileVariable] = try directory.write([], to: "empty.yaml")
    }
    source.resolverFiles = [try directory.write(Array(resolver.utf8), to: "resolv.conf")]
    if let systemResolver {
      source.resolverFiles.append(try directory.write(Array(systemResolver.utf8), to: "system.conf"))
    }
  }

  init(yaml: String, flags: [SettingFlag] = [], environment: [String: String] = [:]) throws {
    try self.init(yaml: Array(yaml.utf8), flags: flags, environment: environment)
  }

  func load() throws -> LoadedSettings { try source.load() }

  /// What is wrong, a line each; empty: nothing.
  ///
  /// `FILE` stands for the file, `DIR` for where it is.
  func problems() -> [String] {
    do throws(SettingsError) {
      _ = try source.load()
      return []
    } catch {
      return error.problems.map { shortened($0.description) }
    }
  }

  func warnings() -> [String] {
    do throws(SettingsError) {
      return try source.load().warnings.map { shortened($0.description) }
    } catch {
      return error.warnings.map { shortened($0.description) }
    }
  }

  private func shortened(_ text: String) -> String {
    text.replacingOccurrences(of: source.file, with: "FILE")
      .replacingOccurrences(of: directory.url.path, with: "DIR")
  }
}
