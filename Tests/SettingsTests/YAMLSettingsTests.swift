import Foundation
import SessionEvents
import TestSupport
import Testing

@testable import Settings

@Suite struct `A file of settings` {
  struct Case: CustomTestStringConvertible, Sendable {
    var yaml: String
    var problems: [String]

    init(_ yaml: String, _ problems: String...) {
      self.yaml = yaml
      self.problems = problems
    }

    var testDescription: String { yaml }
  }

  static let cases = [
    Case("tcp_prot: 1", "FILE:1: unknown key 'tcp_prot': did you mean 'tcp_port'?"),
    Case("\n\ntcp-port: 1", "FILE:3: unknown key 'tcp-port': did you mean 'tcp_port'?"),
    Case("TCP_PORT: 1", "FILE:1: unknown key 'TCP_PORT': did you mean 'tcp_port'?"),
    Case("colour: red", "FILE:1: unknown key 'colour'"),
    Case("connect: 3s", "FILE:1: unknown key 'connect': did you mean 'timeouts.connect'?"),
    Case("timeouts.connect: 3s", "FILE:1: unknown key 'timeouts.connect': did you mean 'timeouts.connect'?"),
    Case("rule:\n  apply: true", "FILE:1: unknown key 'rule': did you mean 'rules'?"),
    Case(
      "timeouts:\n  conect: 3s", "FILE:2: unknown key 'timeouts.conect': did you mean 'timeouts.connect'?"),
    Case("timeouts:\n  tcp_port: 3", "FILE:2: unknown key 'timeouts.tcp_port': did you mean 'tcp_port'?"),
    Case("null: 1", "FILE:1: unknown key 'null'"),
    Case("'': 1", "FILE:1: unknown key ''"),
    Case("<<: {tcp_port: 1}", "FILE:1: unknown key '<<'"),
    Case("[tcp_port]: 1", "FILE:1: a key must be one word"),
    Case("? tcp_port\n: 1", "FILE:1: keys that begin with '?' are not supported: write 'key: value'"),
    Case(
      "bypass: a.example\nnameservers: 8.8.8.8",
      "FILE:1: bypass: 'a.example' is not a list: write [a.example]",
      "FILE:2: nameservers: '8.8.8.8' is not a list: write [8.8.8.8]"),
    Case("tcp_port: [1]", "FILE:1: tcp_port: one value is expected, not a list"),
    Case("tcp_port:\n  a: 1", "FILE:1: tcp_port: one value is expected, not a map"),
    Case("bypass: {a: 1}", "FILE:1: bypass: a list is expected, not a map"),
    Case("bypass:\n  - a.example\n  - [b]", "FILE:3: bypass: an element must be one value"),
    Case("bypass:\n  -", "FILE:2: bypass: there is no value: write one, or remove the key"),
    Case("rules: true", "FILE:1: rules: this is a map of settings: write them below it, indented"),
    Case("tcp_port:", "FILE:1: tcp_port: there is no value: write one, or remove the key"),
    Case("write: ~", "FILE:1: write: there is no value: write one, or remove the key"),
    Case(
      "bypass:\n  - a.example\n  - b c\n  - '*'\n",
      "FILE:3: bypass: 'b c' is not a host: write example.com, *.example.com or an address",
      "FILE:4: bypass: '*' is not a host: write example.com, *.example.com or an address"),
    Case("rules:\n  ports: [80,\n    http]", "FILE:3: rules.ports: 'http' is not a port, 1 to 65535"),
    Case("listen: ['::1', 0::1]", "FILE:1: listen: '0::1' is given twice"),
    Case(
      "tcp_port: 1\ntls_port: 2\n'tcp_port' : 3\n",
      "FILE:3: the key 'tcp_port' stands twice: first on line 1"),
    Case(
      "timeouts:\n  idle: 1s\n  idle: 2s\n", "FILE:3: the key 'idle' stands twice: first on line 2"),
    Case("{tcp_port: 1, tcp_port: 2}", "FILE:1: the key 'tcp_port' stands twice"),
    Case(
      "tcp_port: !!int 80\ntls_port: !own 81",
      "FILE:1: tags such as 'tag:yaml.org,2002:int' are not supported: remove it",
      "FILE:2: tags such as '!own' are not supported: remove it"),
    Case(
      "bypass: [*.example.com]", "FILE:1: '*' begins an alias in YAML: quote the value, as '*.example.com'"),
    Case("bypass: [*bank]", "FILE:1: '*' begins an alias in YAML: quote the value, as '*.example.com'"),
    Case("a: &name 1", "FILE:1: anchors such as '&name' are not supported: write the value out"),
    Case(
      "listen: [127.0.0.1, ::1]",
      "FILE:1: ':' begins something else here in YAML: quote an IPv6 address in a list, as ['::1']"),
    Case("rules:\n\tapply: true", "FILE:2: a tab stands in the indentation: use spaces"),
    Case("tcp_port: 1\n---\ntcp_port: 2", "FILE:2: another document begins here: a file holds one"),
    Case("- tcp_port", "FILE:1: the file does not hold settings: write lines such as 'tcp_port: 51080'"),
    Case("tcp_port", "FILE:1: the file does not hold settings: write lines such as 'tcp_port: 51080'"),
    Case("tcp_port 1\ntls_port: 1", "FILE:2: not YAML: mapping values are not allowed in this context"),
    Case("a: 'b", "FILE:1: not YAML: while scanning a quoted scalar: found unexpected end of stream"),
    Case(
      "x: 1\ntcp_port: 0\ny: 2",
      "FILE:1: unknown key 'x'", "FILE:2: tcp_port: '0' is not a port, 1 to 65535", "FILE:3: unknown key 'y'"),
  ]

  @Test(arguments: cases)
  func `is refused with every line that is wrong`(_ test: Case) throws {
    #expect(try SettingsTrial(yaml: test.yaml).problems() == test.problems)
  }

  static let empty = [
    "", "\n\n", "# only\n# comments\n", "---\n", "---\n...\n", "~", "rules:\ntimeouts:\nbypass:\n", "{}",
  ]

  @Test(arguments: empty)
  func `may hold nothing`(_ yaml: String) throws {
    let loaded = try SettingsTrial(yaml: yaml).load()
    #expect(loaded.origins.keys.sorted() == ["nameservers"])
  }

  @Test func `gives each key its value`() throws {
    let loaded = try SettingsTrial(
      yaml: """
        %YAML 1.1
        --- # flow and block, with quotes and without
        listen: ['::1', "127.0.0.1"]
        "mark": 0x10
        write: >-
          /var/rec
        rules: {apply: true, ports: [8080, '8443']}
        timeouts:
            idle: 5m
        bypass:
        - a.example  # a comment
        - '*.b.example'
        ...
        """
    ).load()
    let settings = loaded.settings
    #expect(settings.listening.addresses.map(\.description) == ["::1", "127.0.0.1"])
    #expect(settings.listening.mark == 16)
    #expect(settings.recording.place == .directory("/var/rec"))
    #expect(settings.rules.areApplied)
    #expect(settings.rules.ports == [8080, 8443])
    #expect(settings.timeouts.idle == .seconds(300))
    #expect(settings.interception.bypass == ["a.example", "*.b.example"])
    #expect(loaded.warnings == [])
  }

  @Test func `may begin with a byte order mark, and end its lines as Windows does`() throws {
    let trial = try SettingsTrial(yaml: [0xef, 0xbb, 0xbf] + Array("tcp_port: 7\r\ntls_port: 8\r\n".utf8))
    let listening = try trial.load().settings.listening
    #expect(listening.tcpPort == 7)
    #expect(listening.tlsPort == 8)
  }

  @Test func `must exist if it is named`() throws {
    var source = SettingsSource(file: "/nonexistent/relay.yaml")
    let reason = "cannot read the file: No such file or directory"
    let problem = SettingProblem(.file(path: "/nonexistent/relay.yaml", line: nil), reason)
    #expect(throws: SettingsError(problems: [problem])) { try source.load() }
    source = SettingsSource(environment: ["WIRETAPE_CONFIG": "/nonexistent/relay.yaml"])
    #expect(throws: SettingsError(problems: [problem])) { try source.load() }
  }

  @Test func `need not exist where it is by default`() {
    let file = SettingsFile(path: "/nonexistent/relay.yaml", mustExist: false)
    #expect(file.map(\.problems) == nil)
    #expect(SettingsSource().file == "/etc/wiretape/relay.yaml")
    #expect(SettingsSource(environment: ["WIRETAPE_CONFIG": ""]).file == "/etc/wiretape/relay.yaml")
  }

  @Test func `must be a file`() throws {
    let directory = try TemporaryDirectory()
    let file = try #require(SettingsFile(path: directory.url.path, mustExist: true))
    #expect(file.problems.map(\.reason) == ["cannot read the file: Is a directory"])
  }

  @Test(.enabled(if: geteuid() != 0, "root reads everything"))
  func `must be readable`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([], to: "relay.yaml")
    chmod(path, 0)
    let file = try #require(SettingsFile(path: path, mustExist: false))
    #expect(
      file.problems.map(\.reason) == [
        "cannot read the file: Permission denied: run as root, or let this user read it"
      ])
  }

  @Test func `should not be writable by anybody`() throws {
    let trial = try SettingsTrial(yaml: "tcp_port: 1")
    #expect(trial.warnings() == [])
    chmod(trial.source.file, 0o666)
    #expect(trial.warnings() == ["FILE: anybody can write to this file"])
  }
}
