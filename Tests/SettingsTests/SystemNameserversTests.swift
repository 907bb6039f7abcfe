import SessionEvents
import Testing

@testable import Settings

@Suite struct `The machine's nameservers` {
  struct Case: Sendable {
    var resolver: String
    var systemResolver: String?
    var nameservers: [String]
    var file = "resolv.conf"
  }

  static let cases = [
    Case(resolver: "nameserver 192.0.2.1\n", nameservers: ["192.0.2.1:53"]),
    Case(
      resolver: "# nameserver 192.0.2.9\n;nameserver 192.0.2.8\nsearch example\n"
        + "nameserver\t192.0.2.1 \nnameserver 2001:db8::1\nnameserver 192.0.2.1\noptions edns0",
      nameservers: ["192.0.2.1:53", "[2001:db8::1]:53"]),
    Case(
      resolver:
        "nameserver fe80::1%eth0\nnameserver x\nnameserver\nnameservers 1.2.3.4\nnameserver 192.0.2.1",
      nameservers: ["192.0.2.1:53"]),
    Case(
      resolver: "nameserver 127.0.0.53", systemResolver: "nameserver 192.0.2.2",
      nameservers: ["192.0.2.2:53"],
      file: "system.conf"),
    Case(
      resolver: "nameserver 127.0.0.53\nnameserver 192.0.2.1", systemResolver: "nameserver 192.0.2.2",
      nameservers: ["127.0.0.53:53", "192.0.2.1:53"]),
    Case(resolver: "nameserver 127.0.0.1", nameservers: ["127.0.0.1:53"]),
    Case(resolver: "nameserver 127.0.0.1", systemResolver: "", nameservers: ["127.0.0.1:53"]),
    Case(
      resolver: "", systemResolver: "nameserver 192.0.2.2", nameservers: ["192.0.2.2:53"], file: "system.conf"
    ),
  ]

  @Test(arguments: cases)
  func `are those that another machine is among`(_ test: Case) throws {
    let trial = try SettingsTrial(resolver: test.resolver, systemResolver: test.systemResolver)
    let loaded = try trial.load()
    #expect(loaded.settings.dns.nameservers.map(\.description) == test.nameservers)
    #expect(loaded.origin(of: "nameservers").description.hasSuffix("/\(test.file)"))
    #expect(!loaded.isSet("nameservers"))
  }

  @Test func `are asked for only where they are wanted`() throws {
    #expect(
      try SettingsTrial(resolver: "").problems() == [
        "default, DIR/resolv.conf: no nameserver stands there: set nameservers, or dns: original"
      ])
    for environment in [["WIRETAPE_DNS": "original"], ["WIRETAPE_NAMESERVERS": "192.0.2.1"]] {
      #expect(try SettingsTrial(environment: environment, resolver: "").problems() == [])
    }
  }
}
