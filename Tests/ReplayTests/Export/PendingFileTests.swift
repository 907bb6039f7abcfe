import Foundation
import TestSupport
import Testing

@testable import Replay

@Suite struct `Pending file` {
  let place: TemporaryDirectory
  let directory: OutputDirectory

  init() throws {
    place = try TemporaryDirectory()
    directory = try OutputDirectory(path: place.url.path)
  }

  private func file(_ text: String) throws -> PendingFile {
    let file = try PendingFile(in: directory)
    try file.write(Array(text.utf8).span)
    return file
  }

  @Test func `appears under its name when it is whole, for its user alone`() throws {
    let file = try file("whole")
    #expect(try place.names().allSatisfy { $0.hasPrefix(".replay-") && $0.hasSuffix(".part") })
    try file.commit(as: "name")
    #expect(try place.names() == ["name"])
    #expect(try place.read("name") == Array("whole".utf8))
    let attributes = try FileManager.default.attributesOfItem(atPath: place.path("name"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func `is gone when it is let go of`() throws {
    for _ in 0..<3 { _ = try file("half") }
    #expect(try place.names() == [])
  }

  @Test func `takes no name that is taken, be it by a link that leads nowhere`() throws {
    _ = try place.write(Array("old".utf8), to: "file")
    try FileManager.default.createSymbolicLink(
      atPath: place.path("link"), withDestinationPath: place.path("victim"))
    let file = try file("new")
    for name in ["file", "link"] {
      #expect(throws: ExportError.exists(path: place.path(name))) { try file.commit(as: name) }
    }
    try file.commit(as: "free")
    #expect(try place.names() == ["file", "free", "link"])
    #expect(try place.read("file") == Array("old".utf8))
  }

  @Test func `replaces a link and not what it leads to, when told to`() throws {
    _ = try place.write(Array("old".utf8), to: "victim")
    try FileManager.default.createSymbolicLink(
      atPath: place.path("link"), withDestinationPath: place.path("victim"))
    try file("new").commit(as: "link", replacing: true)
    #expect(try place.read("link") == Array("new".utf8))
    #expect(try place.read("victim") == Array("old".utf8))
  }

  @Test func `replaces neither directories nor devices`() throws {
    try FileManager.default.createDirectory(atPath: place.path("folder"), withIntermediateDirectories: false)
    #expect(throws: ExportError.notReplaceable(path: place.path("folder"))) {
      try file("new").commit(as: "folder", replacing: true)
    }
    #expect(throws: ExportError.notReplaceable(path: "/dev/null")) {
      try ExportOutput(path: "/dev/null", replacing: true)
    }
  }

  @Test func `goes to the directory that was opened, whatever stands in its place now`() throws {
    let file = try file("here")
    let moved = try TemporaryDirectory()
    try FileManager.default.moveItem(atPath: place.url.path, toPath: moved.path("moved"))
    try FileManager.default.createSymbolicLink(atPath: place.url.path, withDestinationPath: moved.url.path)
    try file.commit(as: "name")
    #expect(try moved.names() == ["moved"])
    #expect(try moved.read("moved/name") == Array("here".utf8))
  }

  @Test func `is refused early where the output is there already`() throws {
    let path = try place.write([], to: "out.har")
    #expect(throws: ExportError.exists(path: path)) { try ExportOutput(path: path) }
    #expect(throws: ExportError.self) { try ExportOutput(path: place.path("none/out.har")) }
    let folder = place.url.path + "/"
    #expect(throws: ExportError.notReplaceable(path: folder)) { try ExportOutput(path: folder) }
    #expect(try place.names() == ["out.har"])
  }
}
