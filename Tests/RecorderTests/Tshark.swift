import TestSupport
import Testing

/// What tshark says of a recording.
struct Tshark {
  let path: String

  private static let checks = [
    "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
  ]

  /// One line a packet, its fields divided by `|`.
  func fields(_ names: [String], _ options: [String] = []) throws -> [String] {
    let run = try ToolRun(
      ["tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=|"] + Self.checks + options
        + names.flatMap { ["-e", $0] })
    try #require(run.status == 0, "\(run.errors)")
    return run.lines.map(String.init)
  }

  /// The packets with a bad checksum, or in which tshark's TCP analysis finds anything, or that are malformed.
  func complaints() throws -> [String] {
    let names = [
      "frame.number", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
      "tcp.analysis.flags",
      "_ws.malformed", "_ws.expert.message",
    ]
    return try fields(names).filter { line in
      let parts = line.split(separator: "|", omittingEmptySubsequences: false)
      let isBad = parts[1...3].contains("0") || !parts[4].isEmpty || !parts[5].isEmpty
      // No packet goes unchecked.
      return isBad || parts[2].isEmpty && parts[3].isEmpty || parts[2] == "2" || parts[3] == "2"
    }
  }

  /// Both streams of a session, as tshark's "follow" puts them together.
  func follow(_ transport: String, _ stream: Int) throws -> (client: [UInt8], server: [UInt8]) {
    let run = try ToolRun(["tshark", "-n", "-r", path, "-q", "-z", "follow,\(transport),raw,\(stream)"])
    try #require(run.status == 0, "\(run.errors)")
    var client: [UInt8] = []
    var server: [UInt8] = []
    for line in run.lines where line.allSatisfy({ $0.isHexDigit || $0 == "\t" }) {
      if line.first == "\t" { server += bytes(line.dropFirst()) } else { client += bytes(line) }
    }
    return (client, server)
  }

  private func bytes(_ line: Substring) -> [UInt8] {
    let digits = Array(line.utf8)
    func value(_ digit: UInt8) -> UInt8 { digit < 0x3a ? digit - 0x30 : digit - 0x57 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
  }
}
