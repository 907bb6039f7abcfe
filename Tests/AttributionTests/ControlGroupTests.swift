import Testing

@testable import Attribution

@Suite struct `Control group` {
  struct Listing: Sendable {
    var file: String
    var path: String?
  }

  static let listings = [
    Listing(file: "0::/system.slice/ssh.service\n", path: "/system.slice/ssh.service"),
    Listing(file: "0::/\n", path: "/"),
    Listing(file: "4:memory:/x\n1:name=systemd:/a.slice/b.service\n", path: "/a.slice/b.service"),
    Listing(file: "4:memory:/x\n1:name=systemd:/a.slice\n0::/\n", path: "/a.slice"),
    Listing(file: "1:name=systemd:/a.slice\n0::/b.slice\n", path: "/b.slice"),
    Listing(file: "1:name=systemd:/\n0::/\n", path: "/"),
    Listing(file: "0::/a:b/c\n", path: "/a:b/c"),
    Listing(file: "0::/gone.scope (deleted)\n", path: "/gone.scope"),
    Listing(file: "2:cpu,cpuacct:/x\n", path: nil),
    Listing(file: "10::/x\n", path: nil),
    Listing(file: "", path: nil),
    Listing(file: "0::", path: ""),
  ]

  @Test(arguments: listings) func `is that of cgroup v2, or else systemd's`(_ listing: Listing) {
    #expect(ControlGroup(Array(listing.file.utf8))?.path == listing.path)
  }

  struct Place: Sendable {
    var path: String
    var unit: String?
  }

  static let places = [
    Place(path: "/system.slice/ssh.service", unit: "ssh.service"),
    Place(path: "/system.slice/system-getty.slice/getty@tty1.service", unit: "getty@tty1.service"),
    Place(path: "/system.slice/ssh.service/below/more.service", unit: "ssh.service"),
    Place(path: "/init.scope", unit: "init.scope"),
    Place(path: "/user.slice/user-1000.slice/session-2.scope", unit: "session-2.scope"),
    Place(
      path: "/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-x-7.scope",
      unit: "app-gnome-x-7.scope"),
    Place(path: "/user.slice/user-1000.slice/user@1000.service/init.scope", unit: "init.scope"),
    Place(path: "/user.slice/user-1000.slice/user@1000.service", unit: "user@1000.service"),
    Place(path: "/user.slice/user-1000.slice/user@1000.service/odd", unit: "user@1000.service"),
    // A container has a systemd of its own below its scope.
    Place(path: "/system.slice/docker-0a.scope/system.slice/nginx.service", unit: "docker-0a.scope"),
    Place(path: #"/system.slice/dev-disk-by\x2duuid-1.swap"#, unit: #"dev-disk-by\x2duuid-1.swap"#),
    Place(path: "/system.slice/_cgroup.x.service", unit: "cgroup.x.service"),
    Place(path: "/system.slice", unit: nil), Place(path: "/", unit: nil), Place(path: "", unit: nil),
    Place(path: "/docker/0a1b", unit: nil), Place(path: "/other/ssh.service", unit: nil),
    Place(path: "/system.slice/getty@.service", unit: nil), Place(path: "/.service", unit: nil),
    Place(path: "/a b.service", unit: nil), Place(path: "/../x.service", unit: nil),
    Place(path: "/" + String(repeating: "x", count: 250) + ".service", unit: nil),
  ]

  @Test(arguments: places) func `belongs to the unit that systemd would name`(_ place: Place) {
    #expect(ControlGroup(path: place.path).unit == place.unit)
  }
}

@Suite struct `Argument list` {
  struct Case: Sendable {
    var bytes: [UInt8]
    var arguments: [String]
    var isCut = false
  }

  static let cases = [
    Case(bytes: Array("curl\0-s\0\0x\0".utf8), arguments: ["curl", "-s", "", "x"]),
    Case(bytes: [], arguments: []),
    Case(bytes: [0, 0, 0], arguments: []),
    Case(bytes: Array("nginx: worker process\0\0\0\0".utf8), arguments: ["nginx: worker process"]),
    Case(bytes: Array("sshd: alice".utf8), arguments: ["sshd: alice"]),
    Case(bytes: [0x61, 0xff, 0], arguments: ["a\u{fffd}"]),
    Case(
      bytes: Array(String(repeating: "a\0", count: 64).utf8), arguments: Array(repeating: "a", count: 64)),
    Case(
      bytes: Array(String(repeating: "a\0", count: 65).utf8), arguments: Array(repeating: "a", count: 64),
      isCut: true),
    Case(
      bytes: [UInt8](repeating: 0x61, count: 4_095) + [0], arguments: [String(repeating: "a", count: 4_095)]),
    Case(
      bytes: [UInt8](repeating: 0x61, count: 4_097), arguments: [String(repeating: "a", count: 4_096)],
      isCut: true),
  ]

  @Test(arguments: cases) func `has every argument, within bounds`(_ test: Case) {
    let list = ArgumentList(test.bytes)
    #expect(list.arguments == test.arguments)
    #expect(list.isCut == test.isCut)
  }
}

@Suite struct `User names` {
  @Test func `are those of the user database, or unknown`() {
    let names = UserNames()
    for _ in 0..<2 {
      #expect(names.name(of: 0) == "root")
      #expect(names.name(of: 64_123) == nil)
    }
  }
}
