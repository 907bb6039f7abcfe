import Foundation
import TestSupport

/// A directory with recordings to check, and a cache of its own.
struct CheckPlace {
  static let header = #"{"format":"wiretape-golden","v":1,"exchanges":1}"#

  let directory: TemporaryDirectory

  /// `a.pcap` is there, and with `isMade` its golden.
  init(_ files: [String: String] = [:], isMade: Bool = false) throws {
    directory = try TemporaryDirectory()
    _ = try directory.write(SmallCapture.whole, to: "a.pcap")
    if isMade { _ = try check("--make", "a.pcap") }
    for (name, text) in files { _ = try directory.write(Array(text.utf8), to: name) }
  }

  /// Fixtures, with their sidecars.
  init(fixtures: [String]) throws {
    directory = try TemporaryDirectory()
    for name in fixtures {
      for suffix in [".pcap", ".sessions.jsonl"] {
        let file = (name.split(separator: "/").last ?? "") + suffix
        _ = try directory.write(try Fixtures.bytes(name + suffix), to: String(file))
      }
    }
  }

  func check(_ arguments: String...) throws -> Tool.Result { try replay(["check"] + arguments) }

  func replay(_ arguments: [String], cache: String = "cache") throws -> Tool.Result {
    var tool = Tool("replay")
    tool.environment["XDG_CACHE_HOME"] = directory.path(cache)
    return try tool.run(arguments, directory: directory.url.path)
  }

  func text(_ name: String) throws -> String { String(decoding: try directory.read(name), as: UTF8.self) }

  /// Replaces text in a file, which must hold it.
  func edit(_ name: String, _ old: String, _ new: String) throws -> Bool {
    let text = try text(name)
    guard text.contains(old) else { return false }
    _ = try directory.write(Array(text.replacing(old, with: new, maxReplacements: 1).utf8), to: name)
    return true
  }
}
