import CaptureFile
import SessionEvents
import TestSupport
import Testing

/// Captures that other programs made, read here as tshark reads them.
@Suite struct `Captures of other tools` {
  private let files: TemporaryDirectory

  init() throws {
    files = try TemporaryDirectory()
  }

  /// What tshark says of each packet, in the words of `line`.
  private func tshark(_ path: String) throws -> [String] {
    let fields = ["frame.number", "frame.time_epoch", "frame.cap_len", "frame.len"].flatMap { ["-e", $0] }
    let run = try ToolRun(["tshark", "-n", "-r", path, "-T", "fields"] + fields)
    #expect(run.status == 0, "\(run.errors)")
    return run.lines.map(String.init)
  }

  private func line(_ read: ReadPacket) -> String {
    let (seconds, nanoseconds) = read.packet.time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let fraction = String(nanoseconds)
    let padding = String(repeating: "0", count: 9 - fraction.count)
    return [
      "\(read.packet.number)", "\(seconds).\(padding)\(fraction)", "\(read.bytes.count)",
      "\(read.packet.originalLength)",
    ].joined(separator: "\t")
  }

  private func run(_ arguments: [String]) throws {
    let run = try ToolRun(arguments)
    try #require(run.status == 0, "\(arguments): \(run.errors)")
  }

  /// Packets of a few sizes, as text2pcap makes them, with a link type and a format.
  private func make(_ name: String, link: Int, format: String, time: String) throws -> String {
    var text = ""
    for length in [20, 61, 300] {
      text += "2026-11-24 \(time).\(123_456_000 + length)\n"
      for start in stride(from: 0, to: length, by: 16) {
        let bytes = (start..<min(start + 16, length)).map { [UInt8(truncatingIfNeeded: $0)].hexText }
        text += [UInt8(start >> 8), UInt8(start & 0xff)].hexText + " " + bytes.joined(separator: " ") + "\n"
      }
    }
    let source = try files.write(Array(text.utf8), to: "\(name).txt")
    let path = files.path(name)
    try run(["text2pcap", "-q", "-F", format, "-t", "%Y-%m-%d %H:%M:%S.%f", "-l", "\(link)", source, path])
    return path
  }

  private func agrees(_ path: String, _ linkNumbers: [Int32]) throws {
    let (packets, error) = readPackets(path)
    #expect(error == nil)
    #expect(packets.map(line) == (try tshark(path)))
    #expect(packets.map(\.packet.linkNumber) == linkNumbers)
  }

  @Test(arguments: ["pcap", "nsecpcap", "modpcap", "pcapng"])
  func `of every format agree in times and lengths`(_ format: String) throws {
    let path = try make("a", link: 1, format: format == "modpcap" ? "pcap" : format, time: "08:00:00")
    guard format == "modpcap" else { return try agrees(path, [1, 1, 1]) }
    try run(["editcap", "-F", "modpcap", path, files.path("b")])
    try agrees(files.path("b"), [1, 1, 1])
  }

  @Test func `merged from several link types, snap lengths and resolutions agree`() throws {
    let first = try make("a", link: 1, format: "pcap", time: "08:00:00")
    let second = try make("b", link: 101, format: "nsecpcap", time: "08:00:00")
    let third = try make("c", link: 113, format: "pcapng", time: "07:59:59")
    try run(["editcap", "-s", "40", second, files.path("cut")])
    try run(["mergecap", "-w", files.path("merged"), first, files.path("cut"), third])
    try agrees(files.path("merged"), [113, 113, 113, 1, 1, 1, 12, 12, 12])
  }

  @Test func `appended to each other agree`() throws {
    let first = try make("a", link: 1, format: "pcapng", time: "08:00:00")
    let second = try make("b", link: 101, format: "pcapng", time: "09:00:00")
    try run(["sh", "-c", "cat '\(first)' '\(second)' > '\(files.path("both"))'"])
    try agrees(files.path("both"), [1, 1, 1, 12, 12, 12])
    try run(["sh", "-c", "for f in '\(first)' '\(second)'; do gzip -c $f; done > '\(files.path("both.gz"))'"])
    try agrees(files.path("both.gz"), [1, 1, 1, 12, 12, 12])
  }

  @Test func `with comments, names and secrets in them agree`() throws {
    let plain = try make("a", link: 1, format: "pcapng", time: "08:00:00")
    let keys = try files.write(
      Array(
        "CLIENT_RANDOM \(String(repeating: "01", count: 32)) \(String(repeating: "02", count: 48))\n".utf8),
      to: "keys")
    try run(["editcap", "--inject-secrets", "tls,\(keys)", "-a", "2:a comment", plain, files.path("b")])
    try agrees(files.path("b"), [1, 1, 1])
  }

  @Test func `of the other byte order, and with binary and picosecond times, agree`() throws {
    for isBig in [false, true] {
      var file = BlockFile(isBig: isBig)
      file.interface(link: 1, options: file.option(9, [0x80 | 20]))
      file.interface(link: 1, options: file.option(9, [12]))
      file.interface(
        link: 1, options: file.option(9, [3]) + file.option(14, file.number(Int64(1_700_000_000))))
      file.enhanced([UInt8](repeating: 0, count: 20), ticks: 1_700_000_000 << 20 | 77_777)
      file.enhanced([UInt8](repeating: 0, count: 21), interface: 1, ticks: 1_700_000_000_123_456_789)
      file.enhanced([UInt8](repeating: 0, count: 22), interface: 2, ticks: 1_234)
      let path = try files.write(file.bytes, to: "a")
      try agrees(path, [1, 1, 1])
    }
  }
}
