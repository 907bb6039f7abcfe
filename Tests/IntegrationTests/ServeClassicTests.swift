import Testing

/// The rules that administrators of intercepting proxies set, word for word.
enum ClassicRules {
  static let ipv4 = """
    iptables -t nat -A OUTPUT -p tcp -d 0.0.0.0/0 --dport 80 -j REDIRECT --to-port 51080 -m owner ! --uid-owner root
    iptables -t nat -A OUTPUT -p tcp -d 0.0.0.0/0 --dport 443 -j REDIRECT --to-port 51443 -m owner ! --uid-owner root
    iptables -t nat -A OUTPUT -p udp -d 8.8.4.4 --dport 53 -j REDIRECT --to-port 51053 -m owner ! --uid-owner root
    iptables -t nat -A OUTPUT -p udp -d 8.8.8.8 --dport 53 -j REDIRECT --to-port 51053 -m owner ! --uid-owner root
    """

  static let ipv6 = """
    ip6tables -t nat -A OUTPUT -p tcp -d ::/0 --dport 80 -j REDIRECT --to-port 51080 -m owner ! --uid-owner root
    ip6tables -t nat -A OUTPUT -p tcp -d ::/0 --dport 443 -j REDIRECT --to-port 51443 -m owner ! --uid-owner root
    ip6tables -t nat -A OUTPUT -p udp -d 2001:4860:4860::8844 --dport 53 -j REDIRECT --to-port 51053 -m owner ! --uid-owner root
    ip6tables -t nat -A OUTPUT -p udp -d 2001:4860:4860::8888 --dport 53 -j REDIRECT --to-port 51053 -m owner ! --uid-owner root
    """
}

@Suite(.serialized, .enabled(if: HostWorld.isPossible, "needs root"))
struct `Relay serve behind rules set by hand` {
  struct Family: CustomTestStringConvertible {
    var version: Int
    var resolvers: [String]
    var server: String
    var testDescription: String { "IPv\(version)" }

    /// As the reports write it, with a port.
    func written(_ address: String, _ port: Int) -> String {
      version == 6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
  }

  static let families = [
    Family(version: 4, resolvers: ["8.8.8.8", "8.8.4.4"], server: "203.0.113.10"),
    Family(version: 6, resolvers: ["2001:4860:4860::8888", "2001:4860:4860::8844"], server: "2001:db8::10"),
  ]

  @Test(arguments: families) func `an ordinary user's HTTP, HTTPS and DNS work as before, and are recorded`(
    family: Family
  ) throws {
    let host = try HostWorld()
    let traffic = """
      curl -\(family.version) -sS http://www.wiretape.test/text.txt
      curl -\(family.version) -sS --http1.1 https://www.wiretape.test/answer.json
      curl -\(family.version) -sS --http2 https://www.wiretape.test/index.html
      for resolver in \(family.resolvers.joined(separator: " ")); do dig +short @$resolver wiretape.test MX; done
      """
    let direct = try host.shell(traffic, as: .alice)
    try #require(direct.stderr.isEmpty && direct.stdout.contains("42"), "\(direct)")
    try host.setUp("\(ClassicRules.ipv4)\n\(ClassicRules.ipv6)")
    let relay = try ServingRelay(on: host)
    #expect(try host.shell(traffic, as: .alice) == direct)
    let ended = try relay.stop()
    #expect(ended.status == 0, "\(ended)")

    let exchanges = try relay.exchanges()
    for (target, port) in [("/text.txt", 80), ("/answer.json", 443), ("/index.html", 443)] {
      let exchange = exchanges.first { $0["request"]["target"].string == target }
      #expect(exchange?["server"].string == family.written(family.server, port), "\(target) of \(exchanges)")
      #expect(exchange?["response"]["status"].int == 200)
    }
    let asked = exchanges.filter { $0["query"]["questions"][0]["type"].string == "MX" }
    #expect(asked.map { $0["server"].string } == family.resolvers.map { family.written($0, 53) }, "\(asked)")
    #expect(asked.allSatisfy { $0["response"]["answers"].array.count == 1 })

    let requests = try relay.tshark("-Y http.request -T fields -e http.request.uri")
    #expect(Set(requests.lines).isSuperset(of: ["/text.txt", "/answer.json"]), "\(requests)")
    let answers = try relay.tshark(
      "-Y 'dns.flags.response == 1 && dns.qry.type == 15' -T fields -e udp.srcport")
    #expect(answers.lines == ["53", "53"], "\(answers)")
  }

  @Test func `the resolver library's questions are recorded with the server that was asked`() throws {
    let host = try HostWorld()
    try host.setUp("\(ClassicRules.ipv4)\n\(ClassicRules.ipv6)")
    let relay = try ServingRelay(on: host)
    let output = try host.shell("getent ahosts www.wiretape.test", as: .bob)
    #expect(output.stdout.contains("203.0.113.10") && output.stdout.contains("2001:db8::10"), "\(output)")
    try relay.stop()
    let asked = try relay.exchanges().filter { $0["protocol"].string == "dns" }
    #expect(Set(asked.map { $0["query"]["questions"][0]["type"].string }) == ["A", "AAAA"], "\(asked)")
    #expect(asked.allSatisfy { $0["server"].string == "8.8.8.8:53" }, "\(asked)")
  }

  @Test func `plain and TLS are told apart on either port`() throws {
    let host = try HostWorld()
    try host.setUp("\(ClassicRules.ipv4)\n\(ClassicRules.ipv6)")
    let relay = try ServingRelay(on: host)
    let output = try host.shell(
      """
      for family in 4 6; do
        curl -$family -sS http://crossed.wiretape.test:443/text.txt
        curl -$family -sS --http1.1 https://crossed.wiretape.test:80/answer.json
      done | sha256sum
      cat /run/world/www/{text.txt,answer.json,text.txt,answer.json} | sha256sum
      """, as: .alice)
    #expect(output.stderr.isEmpty && Set(output.lines).count == 1, "\(output)")
    try relay.stop()
    let exchanges = try relay.exchanges().filter { $0["protocol"].string == "http/1" }
    let servers = exchanges.map { "\($0["server"].string ?? "") \($0["request"]["target"].string ?? "")" }
    let expected = [
      "203.0.113.19:443 /text.txt", "203.0.113.19:80 /answer.json", "[2001:db8::19]:443 /text.txt",
      "[2001:db8::19]:80 /answer.json",
    ]
    #expect(servers == expected, "\(exchanges)")
  }

  @Test func `root's traffic, which the rules leave out, is not intercepted`() throws {
    let host = try HostWorld()
    try host.setUp("\(ClassicRules.ipv4)\n\(ClassicRules.ipv6)")
    let relay = try ServingRelay(on: host)
    let fetch = "curl -sS --http1.1 https://www.wiretape.test/answer.json && dig +short www.wiretape.test"
    let output = try host.shell(fetch)
    #expect(output.status == 0, "\(output)")
    #expect(try host.shell(fetch, as: .bob) == output)
    try relay.stop()
    let exchanges = try relay.exchanges()
    #expect(exchanges.filter { $0["request"]["target"].string == "/answer.json" }.count == 1, "\(exchanges)")
  }
}
