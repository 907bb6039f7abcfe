import COpenSSL
import SessionEvents

/// Owns the name constraints of one CA certificate.
///
/// Sendable, because nobody changes them after `init`, and OpenSSL only reads them when it checks.
final class NameConstraints: @unchecked Sendable {
  private let pointer: UnsafeMutablePointer<NAME_CONSTRAINTS>

  /// The certificate's, or nil where it has none that can be read.
  init?(of certificate: OpaquePointer) {
    ERR_clear_error()
    guard let found = X509_get_ext_d2i(certificate, NID_name_constraints, nil, nil) else {
      ERR_clear_error()
      return nil
    }
    pointer = found.assumingMemoryBound(to: NAME_CONSTRAINTS.self)
  }

  /// Permits these, and nothing else that a server can be called.
  ///
  /// A kind of name of which nothing is permitted would not be constrained at all (RFC 5280 §4.2.1.10), so all of
  /// that kind is excluded.
  init(permitting permitted: [NameConstraint]) throws(TLSFailure) {
    pointer = try openSSLObject("NAME_CONSTRAINTS_new") { NAME_CONSTRAINTS_new() }
    let encoded = permitted.map(\.encoded)
    for constraint in encoded {
      try add(constraint.isDomain ? GEN_DNS : GEN_IPADD, constraint.bytes, isExcluded: false)
    }
    if !encoded.contains(where: \.isDomain) { try add(GEN_DNS, [], isExcluded: true) }
    if encoded.allSatisfy(\.isDomain) {
      for addressLength in [4, 16] {
        try add(GEN_IPADD, [UInt8](repeating: 0, count: 2 * addressLength), isExcluded: true)
      }
    }
  }

  deinit {
    NAME_CONSTRAINTS_free(pointer)
  }

  private func add(_ type: Int32, _ bytes: [UInt8], isExcluded: Bool) throws(TLSFailure) {
    try openSSL("sk_GENERAL_SUBTREE_push") {
      wt_NAME_CONSTRAINTS_add(pointer, isExcluded ? 1 : 0, type, bytes, Int32(bytes.count))
    }
  }

  /// Adds the critical extension to a certificate that is being built.
  func add(to certificate: OpaquePointer) throws(TLSFailure) {
    try openSSL("X509_add1_ext_i2d") {
      X509_add1_ext_i2d(certificate, NID_name_constraints, pointer, 1, UInt(X509V3_ADD_DEFAULT))
    }
  }

  /// Whether a client would accept this name, by OpenSSL's own check of a certificate that has no other.
  func permits(_ name: PeerName) -> Bool {
    guard let probe = X509_new() else { return false }
    defer { X509_free(probe) }
    let (type, bytes) = name.encoded
    guard wt_X509_add_alternative_name(probe, type, bytes, Int32(bytes.count)) == 1 else { return false }
    return permits(probe)
  }

  /// The same for one name of a subject alternative name extension.
  func permits(_ name: UnsafeMutablePointer<GENERAL_NAME>) -> Bool {
    guard let probe = X509_new() else { return false }
    defer { X509_free(probe) }
    guard wt_X509_add_general_name(probe, name) == 1 else { return false }
    return permits(probe)
  }

  /// Whether the common name of a certificate's subject is no obstacle.
  func permitsCommonName(of certificate: OpaquePointer) -> Bool {
    if wt_X509_has_dns_name(certificate) == 1 { return true }
    let result = NAME_CONSTRAINTS_check_CN(certificate, pointer)
    ERR_clear_error()
    return result == X509_V_OK
  }

  /// Every constraint of one side, as text; kinds of name that are none of ours in OpenSSL's notation.
  func texts(excluded: Bool) -> [String] {
    let side: Int32 = excluded ? 1 : 0
    return (0..<max(0, wt_NAME_CONSTRAINTS_num(pointer, side))).compactMap { index in
      wt_NAME_CONSTRAINTS_base(pointer, side, index).map { Self.text($0) }
    }
  }

  /// What the permitted side says in our own terms; other kinds of name are left out.
  var permitted: [NameConstraint] { texts(excluded: false).compactMap { NameConstraint($0) } }

  private func permits(_ probe: OpaquePointer) -> Bool {
    // Parses the extensions, which is what the check looks at; what the probe lacks for a certificate does not matter.
    _ = X509_check_purpose(probe, -1, 0)
    let result = NAME_CONSTRAINTS_check(probe, pointer)
    ERR_clear_error()
    return result == X509_V_OK
  }

  private static func text(_ base: UnsafeMutablePointer<GENERAL_NAME>) -> String {
    var type: Int32 = 0
    var count: Int32 = 0
    let start = wt_GENERAL_NAME_bytes(base, &type, &count)
    let bytes = Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(count)))
    switch type {
    case GEN_DNS:
      return printable(bytes)
    case GEN_IPADD:
      return network(bytes) ?? bytes.map { String($0, radix: 16) }.joined(separator: ":")
    default:
      let text = try? MemoryBIO.bytes { bio in GENERAL_NAME_print(bio, base) }
      return printable(text ?? [])
    }
  }

  private static func network(_ bytes: [UInt8]) -> String? {
    let mask = bytes.dropFirst(bytes.count / 2)
    let length = mask.reduce(0) { $0 + $1.nonzeroBitCount }
    return IPAddress(networkBytes: bytes.prefix(bytes.count / 2)).map { "\($0)/\(length)" }
  }
}

extension PeerName {
  /// As it stands in a subject alternative name.
  var encoded: (type: Int32, bytes: [UInt8]) {
    switch self {
    case .host(let host): (GEN_DNS, Array(host.utf8))
    case .address(let address): (GEN_IPADD, address.networkBytes)
    }
  }
}
