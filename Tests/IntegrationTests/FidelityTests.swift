import Testing

/// What the recordings say is what was said.
@Suite struct `Fidelity of recordings` {
  /// Many connections at once, large and small bodies, HTTP/1.1 and HTTP/2, both address families, DNS.
  static let traffic = """
    cd $(mktemp -d)
    curl -sS --http1.1 -Z https://www.wiretape.test/{1K,64K,1M}.bin https://ecdsa.wiretape.test/{1K,64K}.bin -o '#1' &
    curl -sS --http2 -Z -6 https://www.wiretape.test/{1K,64K,1M}.bin -o six'#1' &
    curl -sS --compressed http://www.wiretape.test/long.txt -o long &
    curl -sS http://odd.wiretape.test/slow -o slow & dig +short long.wiretape.test TXT >/dev/null & wait
    sha256sum 1M six1M long | cut -c 1-64
    """

  @Test(arguments: [["--segment-size", "1448"], ["--link-type", "ethernet"], []])
  func `tshark finds no bad checksum and nothing odd in TCP`(options: [String]) throws {
    let recorded = try Recorded(script: Self.traffic, options: options)
    try #require(recorded.output.status == 0, "\(recorded.output)")
    let checks = "-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE"
    let bad =
      "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || tcp.analysis.flags"
    let found = try recorded.tshark("\(checks) -Y '\(bad)'")
    #expect(found.stdout.isEmpty, "\(found)")
    let good = try recorded.tshark("\(checks) -Y 'tcp.checksum.status == 1 || udp.checksum.status == 1'")
    #expect(good.lines.count > 100, "\(good)")
  }

  @Test func `bodies extracted by tshark and digests by replay are what the origin sent`() throws {
    let urls = "https://www.wiretape.test/{1M.bin,64K.bin,answer.json} http://www.wiretape.test/1K.bin"
    let recorded = try Recorded(
      script: "curl -sS --http1.1 \(urls) -o /dev/null -o /dev/null -o /dev/null -o /dev/null")
    try #require(recorded.output.status == 0, "\(recorded.output)")
    let check = "grep -E ' (1M.bin|64K.bin|answer.json|1K.bin)$' /run/world/www/SHA256SUMS"
    let extracted = try recorded.shell(
      "tshark -q -n -r r.pcap --export-objects http,out && \(check) >sums && cd out && sha256sum -c ../sums")
    #expect(
      extracted.status == 0 && extracted.lines.filter { $0.hasSuffix(": OK") }.count == 4, "\(extracted)")

    let sums = try recorded.shell("cat sums").lines
    let exchanges = try recorded.exchanges().filter { $0["protocol"].string == "http/1" }
    let digests = exchanges.map { exchange in
      let path = exchange["request"]["target"].string ?? ""
      return "\(exchange["response"]["body"]["sha256"].string ?? "none")  \(path.dropFirst())"
    }
    #expect(Set(digests) == Set(sums))
  }

  @Test func `a gzipped body is known packed and unpacked`() throws {
    let recorded = try Recorded([
      "curl", "-sS", "--http1.1", "--compressed", "https://www.wiretape.test/long.txt",
    ])
    let sum = try recorded.shell("grep ' long.txt$' /run/world/www/SHA256SUMS | cut -c 1-64").lines.first
    let exchange = try #require(try recorded.exchanges().first { $0["protocol"].string == "http/1" })
    let body = exchange["response"]["body"]
    #expect(body["decoded_sha256"].string == sum, "\(exchange)")
    #expect((body["length"].int ?? .max) < (body["decoded_length"].int ?? 0), "\(exchange)")
  }

  static let clients = [
    "curl -sS --http1.1 https://www.wiretape.test/{answer.json,64K.bin} http://odd.wiretape.test/{chunked,cut} -o /dev/null",
    "/usr/bin/python3 -c 'import urllib.request as u; u.urlopen(\"https://www.wiretape.test/1M.bin\").read()'",
    "node -e 'require(\"https\").get(\"https://www.wiretape.test/answer.json\", r => r.resume())'",
    "curl -sS --http2 https://www.wiretape.test/64K.bin -o /dev/null; dig +short long.wiretape.test TXT >/dev/null",
    "curl -sS https://expired.wiretape.test/ https://refused.wiretape.test/ https://reset.wiretape.test/ 2>/dev/null",
  ]

  @Test(arguments: clients) func `the report made live is the one made from the recording`(client: String)
    throws
  {
    let recorded = try Recorded(script: "exec 2>/dev/null; \(client)", options: ["--live"])
    let offline = try recorded.shell("replay show r.pcap")
    #expect(offline.status < 2, "\(offline)")
    #expect(!offline.stdout.isEmpty)
    #expect(recorded.output.stderr == offline.stdout)
  }
}
