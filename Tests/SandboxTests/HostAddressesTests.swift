import Testing

@testable import Sandbox

@Suite struct `Host addresses` {
  private static let lo =
    "00000000000000000000000000000001 80 \(zero) 00 \(zero) 00000000 00000004 00000000 80200001       lo"
  private static let zero = "00000000000000000000000000000000"

  private func line(_ destination: String, _ length: String, flags: String, _ device: String = "eth0")
    -> String
  {
    "\(destination) \(length) \(Self.zero) 00 \(Self.zero) 00000100 00000001 00000000 \(flags) \(device)"
  }

  private let prefix = "fd000000000000010000000000000000"
  private let linkLocal = "fe800000000000000000000000000000"
  private let multicast = "ff000000000000000000000000000000"

  @Test func `take the default route for all`() {
    let table = [Self.lo, line(prefix, "40", flags: "00000001"), line(Self.zero, "00", flags: "00000003")]
    #expect(HostAddresses.routes(inTable: table.joined(separator: "\n")) == ["default"])
  }

  @Test func `take the prefixes where there is no default route`() {
    let table = [
      Self.lo, line(prefix, "40", flags: "00000001"), line(prefix, "80", flags: "80200001", "lo"),
      line(linkLocal, "40", flags: "00000001"), line(multicast, "08", flags: "00000001"),
      // "unreachable default", and a route that is not up.
      line(Self.zero, "00", flags: "00200200", "lo"), line(Self.zero, "00", flags: "00000201", "lo"),
      line(Self.zero, "00", flags: "00000002"), "", "garbage",
    ]
    #expect(
      HostAddresses.routes(inTable: table.joined(separator: "\n")) == ["fd00:0:0:1::/128", "fd00:0:0:1::/64"])
  }

  /// Where connections arrive and come from, in a network that a script sets up.
  private func connections(afterSetUp setUp: String) throws -> [String] {
    let result = try ProbeProcess.run(
      .ordinary, script: "cat </dev/tcp/198.51.100.7/80; cat </dev/tcp/fd00:7::9/80 || echo none",
      wrapper: [
        "unshare", "-Urn", "bash", "-c",
        "PATH=/usr/sbin:/sbin:$PATH; ip link set lo up\n\(setUp)\nexec \"$0\" \"$@\"",
      ])
    return result.output.map { $0.split(separator: " ").prefix(4).joined(separator: " ") }
  }

  @Test func `are those of the machine's devices`() throws {
    let found = try connections(
      afterSetUp: """
        ip link add one type veth peer name two; ip link set one up; ip link set two up
        ip addr add 192.0.2.77/24 dev one; ip addr add fd00:7::1/64 dev one nodad
        """)
    #expect(found == ["to 198.51.100.7:80 from 192.0.2.77", "to [fd00:7::9]:80 from fd00:7::1"])
  }

  @Test func `are none where there is only loopback`() throws {
    #expect(try connections(afterSetUp: "") == ["to 198.51.100.7:80 from 192.0.0.8", "none"])
  }

  @Test func `read and write addresses`() {
    for text in ["192.0.2.1", "::1", "2001:db8::7"] { #expect(NetworkAddress(text)?.description == text) }
    for text in ["", "192.0.2", "host", "fe80::1%lo"] { #expect(NetworkAddress(text) == nil) }
    #expect(NetworkAddress(bytes: [1, 2, 3]) == nil)
  }
}
