/// How the server that a DNS query was meant for is found out.
public enum DNSDestination: Hashable, Sendable {
  /// From the datagram itself, which reached port 53 of the very address that was asked.
  case packetInfo
  /// From the kernel's connection tracking, for datagrams that a REDIRECT rule sent here; needs CAP_NET_ADMIN.
  case connectionTracking
}
