import ContentCoding
import Foundation
import Inspection
import SessionEvents
import TestSupport
import Testing

@testable import Replay

@Suite struct `Body extraction` {
  let place: TemporaryDirectory

  init() throws {
    place = try TemporaryDirectory()
  }

  /// A line of `replay extract --json`.
  static var jsonLines: [String] {
    let file = ExtractedFile(
      name: "a", byteCount: 1, sha256: nil, contentType: nil, coding: nil, end: .cut, url: "http://a.test/a",
      exchange: ExtractedFile.ExchangeID(
        body: BodyID(session: SessionID(1), index: 0, sender: .server), status: 200))
    var output: [UInt8] = []
    ExtractManifest(isJSON: true, capture: nil).append(file, to: &output)
    return [String(decoding: output, as: UTF8.self)]
  }

  @Test func `lists files as JSON Lines, too`() {
    #expect(
      Self.jsonLines == [
        #"{"v":1,"session":1,"index":0,"from":"server","url":"http://a.test/a","status":200,"name":"a","length":1,"sha256":null,"content_type":null,"coding":null,"body_end":"cut","complete":false}"#
          + "\n"
      ])
  }

  /// The files that were extracted, a line of the manifest each.
  private func extract(
    _ sessions: [[PacketEvent]], senders: Set<Party> = [.server], keepsCoding: Bool = false,
    lists: Bool = false,
    isWanted: (Observation) -> Bool = { _ in true }
  ) throws -> [String] {
    let extraction = try BodyExtraction(
      ExtractOptions(
        directory: lists ? nil : place.path("out"), senders: senders, keepsCoding: keepsCoding,
        digests: ContentServices.system.digests))
    var manifest: [UInt8] = []
    try Exporting.observe(sessions, bodies: extraction.bodies) { observation in
      try extraction.receive(observation, isWanted: isWanted(observation), capture: nil, manifest: &manifest)
    }
    let lines = String(decoding: manifest, as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(extraction.fileCount == lines.count)
    return lines
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place.path("out")).sorted()
  }

  private func get(_ target: String, _ head: String, _ body: String) -> (request: String, response: String) {
    (
      "GET \(target) HTTP/1.1\r\nHost: a.test\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    )
  }

  @Test func `writes each body under a name of its own, and lists it`() throws {
    let session = Exporting.http([
      get("/a/page.html?q=1", "Content-Type: text/html\r\n", "<p>1"),
      get("/b/page.html", "Content-Type: text/html\r\n", "<p>2"),
      get("/", "Content-Type: application/json; charset=utf-8\r\n", "{}"),
    ])
    let lines = try extract([session])
    #expect(try names() == ["a.test.json", "page-2.html", "page.html"])
    #expect(try place.read("out/page-2.html") == Array("<p>2".utf8))
    #expect(
      lines[2]
        == "a.test.json\t2\tapplication/json; charset=utf-8\tcomplete\t44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\thttp://a.test/"
    )
    let folder = try FileManager.default.attributesOfItem(atPath: place.path("out"))
    #expect(folder[.posixPermissions] as? Int == 0o700)
    let file = try FileManager.default.attributesOfItem(atPath: place.path("out/page.html"))
    #expect(file[.posixPermissions] as? Int == 0o600)
  }

  struct Name: Sendable {
    var target: String
    var head: String
    var name: String
  }

  static let namings = [
    Name(
      target: "/x", head: "Content-Disposition: attachment; filename=\"report.pdf\"\r\n", name: "report.pdf"),
    Name(
      target: "/x",
      head: "Content-Disposition: attachment; filename=r.txt; filename*=UTF-8''%e2%82%ac.txt\r\n",
      name: "€.txt"),
    Name(
      target: "/x", head: "Content-Disposition: attachment; filename=\"../../../etc/cron.d/x\"\r\n", name: "x"
    ),
    Name(
      target: "/x", head: "Content-Disposition: inline; filename=\"C:\\\\dir\\\\f.exe\"\r\n", name: "f.exe"),
    Name(
      target: "/x.zip", head: "Content-Disposition: attachment; filename=\"\"\r\n", name: "x.zip"),
    Name(target: "/a%2f..%2f.ssh%00", head: "Content-Type: image/png\r\n", name: "a_.._.ssh_.png"),
    Name(target: "/dir/", head: "Content-Type: text/plain\r\n", name: "a.test.txt"),
    Name(target: "/api/items", head: "Content-Type: application/hal+json\r\n", name: "items.json"),
    Name(target: "/page.php", head: "Content-Type: text/html\r\n", name: "page.php"),
    Name(target: "/v1.2/name.", head: "", name: "name"),
    Name(target: "/f#x?y", head: "", name: "f"),
    Name(target: "http://b.test/c.css", head: "", name: "c.css"),
    Name(target: "*", head: "", name: "_"),
    Name(target: "/%2e%2e", head: "", name: "body"),
    Name(target: "/CON", head: "Content-Type: text/plain\r\n", name: "_CON.txt"),
  ]

  @Test(arguments: namings)
  func `takes names from the server, the URL or the host, and makes them safe`(_ test: Name) throws {
    let lines = try extract([Exporting.http([get(test.target, test.head, "x")])])
    #expect(lines.first?.split(separator: "\t").first.map(String.init) == test.name)
    #expect(try names() == [test.name])
  }

  @Test func `never overwrites, nor follows a link`() throws {
    let out = place.path("out")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
    _ = try place.write(Array("mine".utf8), to: "out/f")
    try FileManager.default.createSymbolicLink(
      atPath: out + "/f-2", withDestinationPath: place.path("victim"))
    let lines = try extract([Exporting.http([get("/f", "", "theirs"), get("/f", "", "more")])])
    #expect(lines.map { $0.split(separator: "\t")[0] } == ["f-3", "f-4"])
    #expect(try names() == ["f", "f-2", "f-3", "f-4"])
    #expect(try place.read("out/f") == Array("mine".utf8))
    #expect(try place.names() == ["out"])
  }

  @Test func `marks what is incomplete or broken`() throws {
    var cut = EventScript(session: 1)
    cut.client("GET /cut.txt HTTP/1.1\r\nHost: a.test\r\n\r\n")
    cut.server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
    cut.close(.reset(by: .server))
    var torn = EventScript(session: 2, at: 20)
    torn.client("GET /torn HTTP/1.1\r\nHost: a.test\r\n\r\n")
    torn.server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
    torn.gap(.serverToClient, 80)
    torn.server("0123456789")
    torn.finish()
    let strange = Exporting.http([get("/z", "Content-Encoding: snappy\r\n", "zzz")], session: 3, at: 40)
    let lines = try extract([cut.events, torn.events, strange])
    #expect(lines.map { $0.split(separator: "\t")[3] } == ["cut", "broken", "undecoded"])
    #expect(try names() == ["cut.txt.incomplete", "torn.incomplete", "z"])
    #expect(try place.read("out/torn.incomplete") == Array("0123456789".utf8))
    #expect(try place.read("out/z") == Array("zzz".utf8))
  }

  @Test func `leaves the content coding on when told to`() throws {
    let gzip = [UInt8](hex: "1f8b0800000000000203cb48cdc9c957c8402701e3513d8d17000000")
    var script = EventScript()
    script.client("GET /t.txt HTTP/1.1\r\nHost: a.test\r\n\r\n")
    script.server(
      Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzip.count)\r\n\r\n".utf8) + gzip)
    script.finish()
    let coded = try extract([script.events], keepsCoding: true)
    #expect(coded.first?.hasPrefix("t.txt.gz\t\(gzip.count)\t-\tcomplete\t") == true)
    #expect(try place.read("out/t.txt.gz") == gzip)
    _ = try extract([script.events])
    #expect(try place.read("out/t.txt") == Array("hello hello hello hello".utf8))
  }

  @Test func `tells a whole coded body from a broken one`() throws {
    var script = EventScript()
    script.client("GET /t HTTP/1.1\r\nHost: a.test\r\n\r\n")
    script.server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip")
    script.finish()
    #expect(try extract([script.events], keepsCoding: true).first?.contains("\tcomplete\t") == true)
    #expect(try extract([script.events]).first?.contains("\tbroken\t") == true)
    #expect(try place.read("out/t.gz") == Array("not gzip".utf8))
  }

  @Test func `takes the bodies of requests, or of both`() throws {
    let session = Exporting.http([
      (
        "PUT /f.json HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
      )
    ])
    #expect(
      try extract([session], senders: [.client], lists: true).map { $0.split(separator: "\t")[0] } == [
        "f.json.request.json"
      ])
    #expect(
      try extract([session], senders: [.client, .server], lists: true).map { $0.split(separator: "\t")[0] }
        == ["f.json.request.json", "f.json"])
    #expect(try place.names() == [])
  }

  @Test func `writes only what is wanted, and keeps nothing of the rest`() throws {
    let session = Exporting.http([get("/1", "", "1"), get("/2", "", "2"), get("/3", "", "3")])
    var lost = EventScript(session: 2, at: 90)
    lost.client("GET /lost HTTP/1.1\r\nHost: a.test\r\n\r\n")
    lost.finish()
    let lines = try extract([session, lost.events]) { observation in
      guard case .exchange(let exchange, _) = observation else { return false }
      return exchange.index == 1
    }
    #expect(lines.count == 1)
    #expect(try names() == ["2"])
  }

  @Test func `lists the same as it would write`() throws {
    let session = Exporting.http([
      get("/a", "", "1"), get("/a", "", "22"), get("/b", "Content-Type: text/css\r\n", "3"),
    ])
    let listed = try extract([session], lists: true)
    #expect(try place.names() == [])
    #expect(try extract([session]) == listed)
  }

  @Test func `keeps what was whole when the disk is full`() throws {
    let disk = try SmallDisk(kibibytes: 400)
    let extraction = try BodyExtraction(
      ExtractOptions(directory: disk.path + "/out", digests: nil))
    let large = String(repeating: "x", count: 100_000)
    let session = Exporting.http((1...6).map { get("/\($0)", "", large) })
    var manifest: [UInt8] = []
    let error = #expect(throws: ExportError.self) {
      try Exporting.observe([session], bodies: extraction.bodies) { observation in
        try extraction.receive(observation, isWanted: true, capture: nil, manifest: &manifest)
      }
    }
    #expect(error?.hint == "make room on the disk, or choose another path")
    let names = try FileManager.default.contentsOfDirectory(atPath: disk.path + "/out").sorted()
    #expect(names == ["1", "2"])
    for name in names {
      #expect(FileManager.default.contents(atPath: disk.path + "/out/\(name)") == Data(large.utf8))
    }
  }
}
