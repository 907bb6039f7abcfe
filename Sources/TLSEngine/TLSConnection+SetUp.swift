import COpenSSL
import SessionEvents

extension TLSConnection {
  func setUp(_ versions: ClosedRange<TLSVersion>) throws(TLSFailure) {
    let bio = try TransportBIO.make(for: self)
    SSL_set_bio(ssl, bio, bio)
    try openSSL("SSL_set_min_proto_version") {
      wt_SSL_set_min_proto_version(ssl, Int32(versions.lowerBound.rawValue))
    }
    try openSSL("SSL_set_max_proto_version") {
      wt_SSL_set_max_proto_version(ssl, Int32(versions.upperBound.rawValue))
    }
  }

  func send(serverName: String) throws(TLSFailure) {
    guard !serverName.isEmpty, serverName.utf8.count <= 255, !serverName.utf8.contains(0) else {
      throw .unusableServerName(serverName)
    }
    try openSSL("SSL_set_tlsext_host_name") { wt_SSL_set_tlsext_host_name(ssl, serverName) }
  }

  func expect(_ name: PeerName) throws(TLSFailure) {
    switch name {
    case .host(let host):
      try openSSL("SSL_set1_host") { SSL_set1_host(ssl, host) }
    case .address(let address):
      let bytes = address.networkBytes
      try openSSL("X509_VERIFY_PARAM_set1_ip") {
        X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), bytes, bytes.count)
      }
    }
  }

  /// Names of a wrong length cannot have come from a ClientHello (RFC 7301 §3.1), and are left out.
  func offer(_ protocols: [[UInt8]]) throws(TLSFailure) {
    let list = protocols.filter { (1...255).contains($0.count) }.flatMap { [UInt8($0.count)] + $0 }
    guard !list.isEmpty else { return }
    // Of all these functions this one returns 0 for success.
    try openSSL("SSL_set_alpn_protos") { SSL_set_alpn_protos(ssl, list, UInt32(list.count)) == 0 ? 1 : 0 }
  }
}
