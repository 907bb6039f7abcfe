import Foundation
import Testing

/// The ground that tests of `relay serve` stand on.
@Suite(.enabled(if: HostWorld.isPossible, "needs root"))
struct `An application host` {
  @Test func `has addresses, users and rules of its own, and the servers do not see those`() throws {
    let host = try HostWorld()
    try host.setUp(
      "iptables -t nat -A OUTPUT -p tcp --dport 80 -m owner --uid-owner alice -j REDIRECT --to-port 9")
    let users = try host.shell("id -un; id -un alice bob wiretape; id -u alice bob wiretape")
    #expect(users.lines == ["root", "alice", "bob", "wiretape", "1000", "1001", "990"], "\(users)")
    let addresses = "ip -brief address show scope global | grep -o '[0-9a-f.:]*/' | head -2"
    #expect(try host.shell(addresses).lines == ["198.51.100.1/", "2001:db8::1/"])
    let fetch = "curl -4 -sS -o /dev/null -w '%{http_code}' http://www.wiretape.test/"
    #expect(try host.shell(fetch, as: .alice).status == 7)
    #expect(try host.shell(fetch, as: .bob).stdout == "200")
    #expect(try host.shellOnServers("iptables -t nat -S OUTPUT").lines == ["-P OUTPUT ACCEPT"])
  }

  @Test func `changes to its files are not the machine's`() throws {
    let changed = [
      "/etc/passwd", "/etc/wiretape/relay.yaml", "/etc/ssl/certs/ca-certificates.crt",
      "/usr/local/share/ca-certificates/wiretape.crt", "/var/lib/wiretape/file", "/var/log/wiretape.log",
    ]
    let before = changed.map { try? Data(contentsOf: URL(filePath: $0)) }
    let host = try HostWorld()
    try host.setUp(changed.map { "mkdir -p $(dirname \($0)); echo changed >>\($0)" }.joined(separator: "\n"))
    #expect(try host.shell("tail -qn 1 \(changed.joined(separator: " ")) | sort -u").lines == ["changed"])
    #expect(changed.map { try? Data(contentsOf: URL(filePath: $0)) } == before)
  }

  @Test func `ends whole when it is killed`() throws {
    let world = try RunningWorld(options: ["--host"])
    let spaces = "readlink /proc/self/ns/net /proc/self/ns/mnt /proc/self/ns/pid"
    let known = try world.enter(["sh", "-c", spaces], options: [], seconds: 60).lines
    #expect(known.count == 3 && members(of: known) > 0)
    world.killAtOnce()
    for _ in 0..<100 where members(of: known) > 0 { usleep(100_000) }
    #expect(members(of: known) == 0)
  }

  /// How many processes are in one of these namespaces.
  private func members(of spaces: [String]) -> Int {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.filter { process in
      ["net", "mnt", "pid"].contains { kind in
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/\(kind)")
        return link.map(spaces.contains) ?? false
      }
    }.count
  }
}
