import CLinux
import Glibc
import LinuxSystem

/// The machine's own addresses, as the sandbox is to show them.
public struct HostAddresses: Hashable, Sendable {
  /// The source of IPv4 connections; nil where the machine has none but loopback.
  public var ipv4: NetworkAddress?
  /// The source of IPv6 connections; nil where the machine has neither a global nor a unique local address.
  public var ipv6: NetworkAddress?
  /// The IPv6 destinations that have a route outside, as `ADDRESS/LENGTH` or `default`.
  public var ipv6Routes: [String] = []

  public init(ipv4: NetworkAddress? = nil, ipv6: NetworkAddress? = nil, ipv6Routes: [String] = []) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
    self.ipv6Routes = ipv6Routes
  }

  /// Asks the system; sends nothing.
  public static func detect() -> HostAddresses {
    let own = interfaceAddresses()
    // Any far-away address will do: it is only asked which of the machine's own would be the source.
    let ipv4 = source(towards: "198.51.100.1") ?? own.first(where: \.isIPv4)
    guard let ipv6 = source(towards: "2001:db8::1") ?? own.first(where: { !$0.isIPv4 }) else {
      return HostAddresses(ipv4: ipv4)
    }
    let table = SystemFiles.contents(of: "/proc/net/ipv6_route") ?? []
    return HostAddresses(
      ipv4: ipv4, ipv6: ipv6, ipv6Routes: routes(inTable: String(decoding: table, as: UTF8.self)))
  }

  private static func source(towards far: String) -> NetworkAddress? {
    guard let far = NetworkAddress(far) else { return nil }
    let socket = Glibc.socket(far.family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return nil }
    defer { close(socket) }
    guard SocketEnd(address: far, port: 9).withSocketAddress({ connect(socket, $0, $1) }) == 0,
      let source = SocketEnd.local(of: socket)?.address, source != far, source.isPresentable
    else { return nil }
    return source
  }

  /// Those of all interfaces that are up, in the system's order.
  private static func interfaceAddresses() -> [NetworkAddress] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var addresses: [NetworkAddress] = []
    var next = list
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard entry.ifa_flags & UInt32(IFF_UP) != 0, let pointer = entry.ifa_addr else { continue }
      let size =
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET: MemoryLayout<sockaddr_in>.size
        case AF_INET6: MemoryLayout<sockaddr_in6>.size
        default: 0
        }
      var storage = sockaddr_storage()
      withUnsafeMutableBytes(of: &storage) { bytes in
        bytes.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: size))
      }
      if let address = SocketEnd(storage)?.address, address.isPresentable { addresses.append(address) }
    }
    return addresses
  }

  /// From the kernel's list: destination, prefix length, source, its prefix length, next hop, metric, references,
  /// use, flags, device; all in hexadecimal.
  static func routes(inTable table: String) -> [String] {
    var routes: Set<String> = []
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count >= 10, let length = Int(fields[1], radix: 16),
        let flags = UInt32(fields[8], radix: 16),
        let destination = NetworkAddress(hexadecimal: fields[0])
      else { continue }
      // RTF_UP without RTF_REJECT (linux/route.h): an "unreachable default" stands on lo of every machine.
      guard flags & 0x1 != 0, flags & 0x200 == 0 else { continue }
      if length == 0 { return ["default"] }
      let isMulticast = destination.bytes[0] == 0xff
      if destination.isLoopback || destination.isLinkLocal || isMulticast { continue }
      routes.insert("\(destination)/\(length)")
    }
    // A router's full table is as good as a default route.
    return routes.count > 200 ? ["default"] : routes.sorted()
  }
}

extension NetworkAddress {
  /// Whether a program may see it as its own address towards the network.
  fileprivate var isPresentable: Bool { !isLoopback && !isLinkLocal && !isUnspecified }

  fileprivate init?(hexadecimal text: Substring) {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 32 else { return nil }
    self.init(bytes: stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
  }
}
