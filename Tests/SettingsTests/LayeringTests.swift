import Testing

@testable import Settings

@Suite struct `Layers of settings` {
  struct Case: CustomTestStringConvertible, Sendable {
    var flag: String?
    var variable: String?
    var line: String?
    var port: UInt16
    var origin: SettingOrigin

    var testDescription: String { "\(origin)" }
  }

  static let cases = [
    Case(flag: "1", variable: "2", line: "3", port: 1, origin: .flag("--tcp-port")),
    Case(flag: "1", variable: nil, line: "3", port: 1, origin: .flag("--tcp-port")),
    Case(flag: nil, variable: "2", line: "3", port: 2, origin: .environment(variable: "WIRETAPE_TCP_PORT")),
    Case(flag: nil, variable: "2", line: nil, port: 2, origin: .environment(variable: "WIRETAPE_TCP_PORT")),
    Case(flag: nil, variable: nil, line: nil, port: 51_080, origin: .standard(because: nil)),
  ]

  @Test(arguments: cases)
  func `override each other: flags, environment, file, defaults`(_ test: Case) throws {
    let trial = try SettingsTrial(
      yaml: test.line.map { Array("tcp_port: \($0)\n".utf8) },
      flags: test.flag.map { [SettingFlag("--tcp-port", [$0])] } ?? [],
      environment: test.variable.map { ["WIRETAPE_TCP_PORT": $0] } ?? [:])
    let loaded = try trial.load()
    #expect(loaded.settings.listening.tcpPort == test.port)
    #expect(loaded.origin(of: "tcp_port") == test.origin)
  }

  @Test func `know the line of a file`() throws {
    let trial = try SettingsTrial(yaml: "\n# ports\ntcp_port: 3\n")
    let loaded = try trial.load()
    #expect(loaded.settings.listening.tcpPort == 3)
    #expect(loaded.origin(of: "tcp_port") == .file(path: trial.source.file, line: 3))
  }

  @Test func `replace lists whole`() throws {
    let trial = try SettingsTrial(
      yaml: "bypass: [a.example, b.example]\nupstream_ca: [/a.pem]\n",
      flags: [SettingFlag("--bypass", ["c.example"])], environment: ["WIRETAPE_UPSTREAM_CA": "/b.pem, /c.pem"]
    )
    let interception = try trial.load().settings.interception
    #expect(interception.bypass == ["c.example"])
    #expect(interception.upstreamAuthorities == ["/b.pem", "/c.pem"])
  }

  @Test func `can empty a list from the environment`() throws {
    let trial = try SettingsTrial(yaml: "bypass: [a.example]\n", environment: ["WIRETAPE_BYPASS": ""])
    #expect(try trial.load().settings.interception.bypass == [])
  }

  @Test func `name every key alike`() throws {
    for key in SettingKeys.all where !key.isList {
      let text = key.texts(ServeSettings()).joined()
      let trial = try SettingsTrial(environment: [key.variable: text])
      let loaded = try trial.load()
      #expect(loaded.origin(of: key.path) == .environment(variable: key.variable))
      let flagged = try SettingsTrial(flags: [SettingFlag(key.flag, [text])]).load()
      #expect(flagged.origin(of: key.path) == .flag(key.flag))
      #expect(flagged.settings == loaded.settings)
    }
  }

  @Test func `are all checked, those that are overridden too`() throws {
    let trial = try SettingsTrial(
      yaml: "dns_port: 53\ntcp_port: x\n", flags: [SettingFlag("--tcp-port", ["0"])],
      environment: ["WIRETAPE_TCP_PORT": "y", "WIRETAPE_BYPASS": "a.example,b c"])
    #expect(
      trial.problems() == [
        "--tcp-port: '0' is not a port, 1 to 65535",
        "WIRETAPE_TCP_PORT: 'y' is not a port, 1 to 65535",
        "WIRETAPE_BYPASS: 'b c' is not a host: write example.com, *.example.com or an address",
        "FILE:2: tcp_port: 'x' is not a port, 1 to 65535",
      ])
  }

  @Test func `warn of variables that nobody knows`() throws {
    let trial = try SettingsTrial(environment: [
      "WIRETAPE_TCP_PRT": "1", "WIRETAPE_UNIT": "x", "OTHER": "y", "WIRETAPE": "z",
    ])
    #expect(
      trial.warnings() == [
        "WIRETAPE_TCP_PRT: no setting has this name: did you mean WIRETAPE_TCP_PORT?",
        "WIRETAPE_UNIT: no setting has this name",
      ])
  }

  @Test func `refuse control characters on all of them`() throws {
    let trial = try SettingsTrial(
      yaml: "write: \"/a\\0b\"\n", flags: [SettingFlag("--service-user", ["a\nb"])],
      environment: ["WIRETAPE_CONTROL": "/run/\u{1b}[0m"])
    #expect(
      trial.problems() == [
        "--service-user: a control character stands in the value",
        "WIRETAPE_CONTROL: a control character stands in the value",
        "FILE:1: write: a control character stands in the value",
      ])
  }

  @Test func `blame the command line only for itself`() throws {
    let flags = [SettingFlag("--tcp-port", ["0"])]
    for (yaml, isUsage) in [("", true), ("tcp_port: 0", false)] {
      let trial = try SettingsTrial(yaml: yaml, flags: flags)
      let error = #expect(throws: SettingsError.self) { _ = try trial.load() }
      #expect(error?.isUsage == isUsage)
    }
  }
}
