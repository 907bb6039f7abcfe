import CommandSupport
import Glibc
import Operations
import Relay
import SessionEvents
import Settings

/// The sockets that redirected traffic reaches.
struct ServeSockets {
  private(set) var tcp: [CInt] = []
  private(set) var dnsOverUDP: [CInt] = []
  private(set) var dnsOverTCP: [CInt] = []
  /// For those who ask the service.
  private(set) var listeners: [ServiceIdentity.Listener] = []

  /// Opens them all.
  ///
  /// An IPv6 address on a machine without IPv6 is left out, unless there is no other.
  init(_ settings: ListenSettings) throws {
    var missing: ListeningSocket.Failure?
    for address in settings.addresses {
      do throws(ListeningSocket.Failure) {
        try open(address, settings)
      } catch {
        let hasNoFamily = error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL
        guard hasNoFamily, !address.isIPv4 else { throw Self.failure(error) }
        missing = error
      }
    }
    if tcp.isEmpty, let missing { throw Self.failure(missing) }
  }

  private mutating func open(_ address: IPAddress, _ settings: ListenSettings) throws(ListeningSocket.Failure)
  {
    let plain = Endpoint(address: address, port: settings.tcpPort)
    let tls = Endpoint(address: address, port: settings.tlsPort)
    let dns = Endpoint(address: address, port: settings.dnsPort)
    tcp.append(try ListeningSocket.tcp(plain))
    tcp.append(try ListeningSocket.tcp(tls))
    dnsOverUDP.append(try ListeningSocket.udp(dns))
    dnsOverTCP.append(try ListeningSocket.tcp(dns))
    listeners += [
      ServiceIdentity.Listener(.tcp, plain), ServiceIdentity.Listener(.tls, tls),
      ServiceIdentity.Listener(.dnsOverUDP, dns), ServiceIdentity.Listener(.dnsOverTCP, dns),
    ]
  }

  private static func failure(_ failure: ListeningSocket.Failure) -> CommandFailure {
    let hint: String? =
      switch failure.code {
      case EADDRINUSE: "is another relay running? 'relay status' tells; or choose other ports"
      case EACCES: "choose a port above 1023, or run as root"
      default: nil
      }
    return CommandFailure(failure.description, hint: hint)
  }
}
