import Foundation
import Testing

/// `replay torture` and the laws meet the live relay: what was said is told the same while it is relayed, from the
/// recording, and from the recording as another network might have carried it.
@Suite struct `Torture of what real clients said` {
  struct Case: CustomTestStringConvertible {
    var name: String
    var script: String

    var testDescription: String { name }
  }

  static let host = "https://www.wiretape.test"
  static let python = """
    import requests
    with requests.Session() as session:
        for name in ["answer.json", "long.txt", "64K.bin", "missing"]: session.get("\(host)/" + name)
        session.post("\(host)/echo", data=b"x" * 20000)
    """
  static let node = """
    const https = require("https"), agent = new https.Agent({ keepAlive: true, maxSockets: 2 });
    let left = 4;
    for (const name of ["answer.json", "text.txt", "1K.bin", "64K.bin"])
      https.get("\(host)/" + name, { agent }, r => r.resume().on("end", () => --left || agent.destroy()));
    """

  static let clients = [
    Case(
      name: "curl over HTTP/1.1 and HTTP/2, at once",
      script: """
        curl -sS --http1.1 -Z \(host)/{answer.json,64K.bin} http://www.wiretape.test/long.txt -o '#1' -o p &
        curl -sS --http2 -Z \(host)/{answer.json,text.txt,64K.bin} -o two'#1' & wait
        """),
    Case(name: "Python requests", script: "/usr/bin/python3 - <<'END'\n\(python)\nEND"),
    Case(name: "Node", script: "node - <<'END'\n\(node)\nEND"),
  ]

  @Test(arguments: clients)
  func `the live report, the offline report and the report after torture are equal`(client: Case) throws {
    let recorded = try Recorded(script: "exec 2>/dev/null\n\(client.script)", options: ["--live"])
    try #require(recorded.output.status == 0, "\(recorded.output)")
    let show = "replay show --color never --width 400"
    let offline = try recorded.shell("replay show r.pcap")
    #expect(offline.status == 0, "\(offline)")
    #expect(recorded.output.stderr == offline.stdout)
    #expect(offline.lines.count > 10, "\(offline)")
    let report = Self.normal(try recorded.shell("\(show) r.pcap").stdout)
    let exchanges = try Self.normal(exchanges: recorded.shell("replay exchanges r.pcap"))
    #expect(exchanges.count >= 4, "\(exchanges)")
    for seed in 1...4 {
      let torture =
        "replay torture --seed \(seed) --rounds \(5 * seed) --no-drops --keep -o mutated --json r.pcap"
      let output = try recorded.shell(torture)
      try #require(output.status == 0, "\(output)")
      let line = try JSON(parsing: output.stdout)
      #expect((line["whole_sessions"].int ?? 0) > 0, "\(line)")
      let mutated = "mutated/r.torture-\(seed).pcap"
      #expect(try recorded.shell("cmp -s r.pcap \(mutated)").status == 1)
      #expect(Self.normal(try recorded.shell("\(show) \(mutated)").stdout) == report, "seed \(seed)")
      let after = try Self.normal(exchanges: recorded.shell("replay exchanges \(mutated)"))
      #expect(after == exchanges, "seed \(seed)")
    }
  }

  /// The report without times and durations, session by session: mixed with others, a session may finish something later.
  private static func normal(_ report: String) -> [String] {
    var sessions: [String: [String]] = [:]
    var session = ""
    for line in report.split(separator: "\n") {
      let words = line.split(separator: " ")
      if let first = words.first, first.hasPrefix("#") { session = String(first) }
      let text = words.joined(separator: " ")
        .replacing(/[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}/, with: "TIME")
        .replacing(#/ [0-9.]+ (ns|µs|ms|s|min [0-9]+ s) /#, with: " DURATION ")
      sessions[session, default: []].append(text)
    }
    return sessions.sorted { $0.key < $1.key }.flatMap(\.value)
  }

  /// The lines of exchanges but for times and packet numbers, session by session.
  private static func normal(exchanges output: Output) throws -> [String] {
    try output.lines.map { line in
      let json = try JSON(parsing: line)
      let place = String(format: "%09d %09d ", json["session"].int ?? 0, json["index"].int ?? 0)
      return place + line.replacing(/"start":"[^"]*","duration":[0-9]+,"packet":[0-9]+/, with: "")
    }.sorted()
  }
}
