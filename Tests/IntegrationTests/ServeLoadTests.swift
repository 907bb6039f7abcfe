import Foundation
import Testing

/// A short run of what `tools/bench load` does for minutes.
@Suite(.enabled(if: HostWorld.isPossible, "needs root"))
struct `Relay serve under load` {
  static let url = "https://bench-ecdsa.wiretape.test/answer.json"
  static let idleSessions = 500
  static let queries = 2000

  @Test func `nothing is lost, memory stays flat and no descriptor is left`() throws {
    let host = try HostWorld()
    try host.setUp(
      """
      \(ClassicRules.ipv4)
      cc -O2 -o /run/world/home/load \(RunningWorld.repository.path)/tools/bench.d/clients/load.c -lssl -lcrypto
      mkfifo -m 666 hold
      """)
    let relay = try ServingRelay(on: host)
    // What is made once and kept, such as the sockets to the nameserver, is there before anything is counted.
    try run(
      """
      curl -sS -o /dev/null \(Self.url)x
      seq -f 'q%g.wiretape.test A' 200 >names && dnsperf -s 8.8.8.8 -d names -n 1
      """, on: host)
    let descriptors = try relay.openDescriptors()

    let holder = try host.start(
      ["sh", "-c", "exec ./load idle \(Self.url) \(Self.idleSessions) <hold >held"], as: .alice)
    // While it is open for writing, the sessions are held.
    let hold = try host.start(["sh", "-c", "exec sleep infinity >hold"], as: .bob)
    try run("until grep -q open held; do sleep 0.1; done", on: host)
    #expect(try relay.openDescriptors() >= descriptors + 2 * Self.idleSessions)
    let first = try makeLoad(on: host, half: 0)
    let middle = try relay.residentKiB()
    let second = try makeLoad(on: host, half: 1)
    let end = try relay.residentKiB()
    #expect(Double(end) <= Double(middle) * 1.1, "KiB in the middle and at the end")

    _ = try host.shell("pkill -u bob sleep")
    _ = hold.wait()
    #expect(holder.wait() == 0)
    let held = try run("cat held", on: host).lines
    #expect(held == [#"{"open": 500, "failed": 0}"#, #"{"answered": 500, "failed": 0}"#])
    let settled = """
      for i in $(seq 300); do [ $(ls /proc/\(relay.id)/fd | wc -l) -gt \(descriptors) ] || break; sleep 0.1; done
      """
    _ = try host.shell(settled)
    #expect(try relay.openDescriptors() <= descriptors)
    #expect(try relay.stop().status == 0)

    let exchanges = try relay.exchanges().filter { !$0["response"].isNull }
    let answers = exchanges.filter { $0["request"]["target"].string == "/answer.json" }
    #expect(answers.count == 2 * Self.idleSessions + first + second)
    let names = exchanges.compactMap { $0["query"]["questions"][0]["name"].string }
    #expect(Set(names.filter { $0.contains(".load.") }).count == Self.queries)
  }

  /// New sessions for 2.5 s, then half of the queries; returns how many sessions that were.
  private func makeLoad(on host: HostWorld, half: Int) throws -> Int {
    let made = try run("./load sessions \(Self.url) 2.5 4", on: host)
    let count = Self.queries / 2
    let asked = try run(
      """
      seq -f 'q%g.load.wiretape.test A' \(half * count + 1) \((half + 1) * count) >names
      dnsperf -s 8.8.8.8 -d names -n 1 -c 4 -q 50 -t 5
      """, on: host)
    #expect(asked.stdout.contains(" \(count) (100.00%)"), "\(asked)")
    return try #require(try JSON(parsing: made.stdout)["sessions"].int)
  }

  @discardableResult
  private func run(_ script: String, on host: HostWorld) throws -> Output {
    let output = try host.shell(script, as: .alice)
    try #require(output.status == 0, "\(script): \(output)")
    return output
  }
}
