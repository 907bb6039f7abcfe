import COpenSSL

/// A leaf certificate that is ready to serve: shared by all connections that are shown it.
///
/// Sendable, because the context is complete after `init`, its reference count is atomic, and `SSL_new` copies what
/// a connection may change; OpenSSL allows `SSL_new` on one context from several threads.
public final class LeafContext: @unchecked Sendable {
  let pointer: OpaquePointer
  let certificate: Certificate
  /// What is sent after it.
  let chain: [Certificate]
  /// What a client gets that cannot use the leaf's key.
  let fallback: RSAFallback?

  /// `chain` is sent after the leaf.
  init(
    certificate: Certificate, key: PrivateKey, chain: [Certificate], fallback: RSAFallback? = nil
  ) throws(TLSFailure) {
    let context: OpaquePointer = try openSSLObject("SSL_CTX_new") { SSL_CTX_new(TLS_server_method()) }
    pointer = context
    self.certificate = certificate
    self.chain = chain
    self.fallback = fallback
    try configureTLS(context)
    try openSSL("SSL_CTX_set_num_tickets") { SSL_CTX_set_num_tickets(context, 0) }
    // Else OpenSSL tries at each handshake to build a chain out of its stores.
    wt_SSL_CTX_set_mode(context, Int(SSL_MODE_NO_AUTO_CHAIN))
    SSL_CTX_set_alpn_select_cb(context, selectALPN, nil)
    if fallback != nil { SSL_CTX_set_cert_cb(context, chooseCertificate, nil) }
    try openSSL("SSL_CTX_use_certificate") { SSL_CTX_use_certificate(context, certificate.pointer) }
    try openSSL("SSL_CTX_use_PrivateKey") { SSL_CTX_use_PrivateKey(context, key.pointer) }
    for issuer in chain {
      try openSSL("SSL_CTX_add1_chain_cert") { wt_SSL_CTX_add1_chain_cert(context, issuer.pointer) }
    }
  }

  deinit {
    SSL_CTX_free(pointer)
  }

  /// The leaf certificate in DER.
  public var certificateDER: [UInt8] {
    get throws(TLSFailure) { try certificate.der }
  }
}

/// Chooses what the upstream server chose, or nothing.
private func selectALPN(
  _ ssl: OpaquePointer?, _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ selectedLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32,
  _: UnsafeMutableRawPointer?
) -> Int32 {
  var wanted: [UInt8]?
  TLSConnection.with(ssl) { wanted = $0.alpnToSelect }
  let list = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
  guard let wanted, let position = alpnPosition(of: wanted, in: list) else { return SSL_TLSEXT_ERR_NOACK }
  // What is selected points into the client's list, which lives until OpenSSL has copied it.
  selected?.pointee = offered.map { $0 + position }
  selectedLength?.pointee = UInt8(wanted.count)
  return SSL_TLSEXT_ERR_OK
}

/// Where a protocol's name begins in a list of names, each behind its length (RFC 7301 §3.1).
private func alpnPosition(of wanted: [UInt8], in list: UnsafeBufferPointer<UInt8>) -> Int? {
  var position = 0
  while position < list.count {
    let end = position + 1 + Int(list[position])
    guard end <= list.count else { return nil }
    if list[(position + 1)..<end].elementsEqual(wanted) { return position + 1 }
    position = end
  }
  return nil
}
