import Testing

@Suite struct `The recording's files` {
  @Test func `have a name from the command and the time, and are private`() throws {
    let output = try inNewFolder(
      "relay run -q -- /usr/bin/curl -sS -o /dev/null https://www.wiretape.test/ && stat -c '%n %a' *")
    try #require(output.lines.count == 2, "\(output)")
    #expect(output.lines[0].wholeMatch(of: /curl-\d{8}-\d{6}\.pcap 600/) != nil, "\(output)")
    #expect(output.lines[1].wholeMatch(of: /curl-\d{8}-\d{6}\.sessions\.jsonl 600/) != nil, "\(output)")
  }

  @Test func `have different names for runs of the same second`() throws {
    let output = try inNewFolder(
      "for _ in 1 2 3 4; do relay run -q -- true & done; wait; ls | grep -c 'true-.*[.]pcap$'")
    #expect(output.lines == ["4"], "\(output)")
    #expect(output.stderr.isEmpty, "\(output)")
  }

  @Test func `are not written over but with --force`() throws {
    let script = """
      relay run -q -w r.pcap -- curl -sS -o /dev/null http://www.wiretape.test/ || exit
      before=$(sha256sum r.pcap)
      relay run -q -w r.pcap -- sh -c 'echo it ran'; echo $?
      [ "$(sha256sum r.pcap)" = "$before" ] && echo same
      relay run -q -w r.pcap --force -- true; echo $?
      [ "$(sha256sum r.pcap)" = "$before" ] || echo new
      """
    let output = try inNewFolder(script)
    #expect(output.lines == ["125", "same", "0", "new"], "\(output)")
    #expect(output.stderr.contains("relay: error: ") && output.stderr.contains("r.pcap"), "\(output)")
    #expect(output.stderr.contains("--force"), "\(output)")
  }

  struct FailureCase: CustomTestStringConvertible {
    var name: String
    var arguments: String
    var status: Int32
    /// Must be in the error or its hint.
    var says: [String]
    var testDescription: String { name }
  }

  static let failures = [
    FailureCase(
      name: "a missing folder", arguments: "run -w missing/r.pcap -- true", status: 125,
      says: ["missing/r."]),
    FailureCase(name: "a folder", arguments: "run -w /tmp -- true", status: 125, says: ["/tmp"]),
    FailureCase(
      name: "an unwritable folder", arguments: "run -w /etc/r.pcap -- true", status: 125,
      says: ["/etc/r."]),
    FailureCase(name: "an unknown option", arguments: "run --frob -- true", status: 64, says: ["--frob"]),
    FailureCase(name: "no command", arguments: "run", status: 64, says: ["--"]),
    FailureCase(
      name: "a missing CA file", arguments: "run --upstream-ca gone.pem --no-record -- true", status: 125,
      says: ["gone.pem"]),
  ]

  @Test(arguments: failures) func `that cannot be made are told of in one clear line`(failure: FailureCase)
    throws
  {
    let output = try inNewFolder("relay \(failure.arguments)")
    #expect(output.status == failure.status, "\(output)")
    let errors = output.stderr.split(separator: "\n").filter { $0.hasPrefix("relay: error: ") }
    #expect(errors.count == 1, "\(output)")
    for text in failure.says { #expect(output.stderr.contains(text), "\(output)") }
  }

  @Test func `go to standard output for a dash`() throws {
    let script = """
      relay run -q -w - -- curl -sS -o /dev/null --http1.1 https://www.wiretape.test/answer.json |
        tshark -n -r - -Y http.request -T fields -e http.request.uri
      """
    let output = try inNewFolder(script)
    #expect(output.lines == ["/answer.json"], "\(output)")
  }

  @Test(arguments: ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
  func `hold nothing but packets when standard descriptors are closed`(redirection: String) throws {
    let script = """
      relay run --live -w r.pcap -- curl -sS -o /dev/null http://www.wiretape.test/answer.json \(redirection)
      echo $?
      tshark -n -r r.pcap -Y http.request -T fields -e http.request.uri
      """
    let output = try inNewFolder(script)
    #expect(output.lines == ["0", "/answer.json"], "\(output)")
  }

  struct FullDiskCase: CustomTestStringConvertible {
    var policy: String
    var status: Int32
    var testDescription: String { policy }
  }

  static let fullDisks = [
    FullDiskCase(policy: "stop", status: 125), FullDiskCase(policy: "continue", status: 0),
  ]

  @Test(arguments: fullDisks)
  func `stay readable when the disk is full, and the error is clear`(disk: FullDiskCase) throws {
    let folder = "/run/world/home/small-\(disk.policy)"
    let world = try World.shared()
    let mounted = try world.shell(
      "mkdir \(folder) && mount -t tmpfs -o size=4m,mode=1777 small \(folder)", as: .root)
    try #require(mounted.status == 0, "\(mounted)")
    let script = """
      cd \(folder)
      relay run -w r.pcap --on-record-failure \(disk.policy) -- \
        sh -c 'for i in 1 2 3 4 5 6 7 8; do curl -sS -o /dev/null https://www.wiretape.test/1M.bin; done'
      """
    let output = try world.shell(script)
    let read = try world.shell("cd \(folder) && tshark -n -r r.pcap -c 10 >/dev/null && replay show r.pcap")
    let unmounted = try world.shell("umount \(folder)", as: .root)
    #expect(unmounted.status == 0, "\(unmounted)")
    #expect(output.status == disk.status, "\(output)")
    let errors = output.stderr.split(separator: "\n").filter { $0.contains("error: ") }
    #expect(errors.count == 1 && errors[0].contains("r.pcap"), "\(output)")
    #expect(output.stderr.contains("No space left"), "\(output)")
    #expect(read.stdout.contains("www.wiretape.test"), "\(read)")
  }

  private func inNewFolder(_ script: String) throws -> Output {
    try World.shared().shell("cd $(mktemp -d /run/world/home/XXXXXX) || exit\n\(script)")
  }
}
