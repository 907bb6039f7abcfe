import COpenSSL
import SessionEvents
import Synchronization

/// What all connections to upstream servers have in common: versions, the trust store, the verification.
///
/// Sendable, because the context is complete after `init`, its reference count is atomic, `SSL_new` locks what it
/// reads, and the cache is behind a mutex.
public final class UpstreamContext: @unchecked Sendable {
  let pointer: OpaquePointer
  private let certificateFacts = Mutex(LRUCache<[UInt8], CertificateFacts>(capacity: 1_024))

  /// TLS 1.2 and 1.3 at the system's security level; chains are verified against `trustStore`.
  public init(trustStore: TrustStore) throws(TLSFailure) {
    let context: OpaquePointer = try openSSLObject("SSL_CTX_new") { SSL_CTX_new(TLS_client_method()) }
    pointer = context
    try configureTLS(context)
    SSL_CTX_set1_cert_store(context, trustStore.pointer)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, recordVerification)
    SSL_CTX_set_client_cert_cb(context, noteClientCertificateRequest)
    let parameters = SSL_CTX_get0_param(context)
    X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    if trustStore.trustsIntermediates {
      X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }
  }

  deinit {
    SSL_CTX_free(pointer)
  }

  /// The facts of a certificate; those seen lately are kept, so that busy hosts are read once.
  func facts(of certificate: OpaquePointer) throws(TLSFailure) -> CertificateFacts {
    let sha256 = try Certificate.sha256(of: certificate)
    if let known = certificateFacts.withLock({ $0.value(for: sha256) }) { return known }
    let facts = try CertificateFacts(x509: certificate)
    return certificateFacts.withLock { $0.insert(facts, for: sha256) }
  }
}

/// What both legs' contexts have in common: no resumption of any kind, no renegotiation, no idle buffers.
func configureTLS(_ context: OpaquePointer) throws(TLSFailure) {
  try openSSL("SSL_CTX_set_min_proto_version") {
    wt_SSL_CTX_set_min_proto_version(context, Int32(TLSVersion.tls12.rawValue))
  }
  SSL_CTX_set_options(
    context, wt_SSL_OP_NO_RENEGOTIATION() | wt_SSL_OP_NO_TICKET() | wt_SSL_OP_NO_COMPRESSION())
  wt_SSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
  wt_SSL_CTX_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY))
}

/// Records each error of each certificate of the chain, and lets the handshake go on: the policy is applied later.
private func recordVerification(_ isGood: Int32, _ verification: OpaquePointer?) -> Int32 {
  guard isGood == 0, let verification,
    let ssl = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx())
  else { return 1 }
  let defect = CertificateDefect(
    code: X509_STORE_CTX_get_error(verification), depth: X509_STORE_CTX_get_error_depth(verification))
  TLSConnection.with(OpaquePointer(ssl)) { $0.record(defect) }
  return 1
}

/// Called when the server sent a CertificateRequest; 0 answers it with no certificate.
private func noteClientCertificateRequest(
  _ ssl: OpaquePointer?, _: UnsafeMutablePointer<OpaquePointer?>?, _: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  TLSConnection.with(ssl) { $0.clientCertificateRequested = true }
  return 0
}
