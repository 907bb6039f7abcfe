import COpenSSL
import SessionEvents
import Synchronization

/// What all connections to upstream servers have in common: versions, the trust store, the verification.
///
/// Sendable, because the context is complete after `init`, its reference count is atomic, `SSL_new` locks what it
/// reads, and the cache is behind a mutex.
public final class UpstreamContext: @unchecked Sendable {
  private struct Judgement: Sendable {
    var chain: PeerChain
    var expiry: ContinuousClock.Instant
  }

  let pointer: OpaquePointer
  private let judgementLifetime: Duration
  private let judgements = Mutex(LRUCache<PeerChain.Key, Judgement>(capacity: 256))

  /// TLS 1.2 and 1.3 at the system's security level; chains are verified against `trustStore`.
  public convenience init(trustStore: TrustStore) throws(TLSFailure) {
    try self.init(trustStore: trustStore, judgementLifetime: .seconds(60))
  }

  /// A judgement holds for a limited time only: time goes by, and a certificate of the chain may expire.
  init(trustStore: TrustStore, judgementLifetime: Duration) throws(TLSFailure) {
    self.judgementLifetime = judgementLifetime
    let context: OpaquePointer = try openSSLObject("SSL_CTX_new") { SSL_CTX_new(TLS_client_method()) }
    pointer = context
    try configureTLS(context)
    SSL_CTX_set1_cert_store(context, trustStore.pointer)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, recordDefect)
    SSL_CTX_set_cert_verify_callback(context, judge, nil)
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

  /// What was found lately about the same certificates under the same name, else what `verify` finds now.
  ///
  /// Building and checking a chain is a sixth of a connection's CPU time, hence the memory.
  func chain(
    _ certificates: [OpaquePointer], name: PeerName, verify: () -> [CertificateDefect]
  ) throws(TLSFailure) -> PeerChain {
    var sha256: [UInt8] = []
    sha256.reserveCapacity(32 * certificates.count)
    for certificate in certificates { sha256 += try Certificate.sha256(of: certificate) }
    let key = PeerChain.Key(sha256: sha256, name: name)
    let now = ContinuousClock.now
    if let known = judgements.withLock({ $0.value(for: key) }), now < known.expiry { return known.chain }
    let chain = try PeerChain(certificates, defects: verify())
    judgements.withLock {
      $0.replace(Judgement(chain: chain, expiry: now + judgementLifetime), for: key)
    }
    return chain
  }
}

/// Takes OpenSSL's place at verifying, and always lets the handshake go on: the policy is applied later.
private func judge(_ verification: OpaquePointer?, _: UnsafeMutableRawPointer?) -> Int32 {
  var isJudged = false
  withConnection(verification) { connection in
    let shown = X509_STORE_CTX_get0_untrusted(verification)
    let certificates = (0..<max(0, wt_sk_X509_num(shown))).compactMap { wt_sk_X509_value(shown, $0) }
    isJudged = connection.judge(certificates) {
      // A verification that could not be carried through is a defect too.
      if X509_verify_cert(verification) <= 0 { connection.record(defect(verification)) }
    }
  }
  // The queue may hold what was found wrong with the certificates, which is not the handshake's failure.
  ERR_clear_error()
  return isJudged ? 1 : 0
}

/// Called by `X509_verify_cert` for each error of each certificate, and for each certificate that stands.
private func recordDefect(_ isGood: Int32, _ verification: OpaquePointer?) -> Int32 {
  if isGood == 0 { withConnection(verification) { $0.record(defect(verification)) } }
  return 1
}

private func defect(_ verification: OpaquePointer?) -> CertificateDefect {
  let code = X509_STORE_CTX_get_error(verification)
  return CertificateDefect(
    code: code == X509_V_OK ? X509_V_ERR_UNSPECIFIED : code,
    depth: X509_STORE_CTX_get_error_depth(verification))
}

private func withConnection(_ verification: OpaquePointer?, _ body: (TLSConnection) -> Void) {
  let ssl = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx())
  TLSConnection.with(OpaquePointer(ssl), body)
}

/// Called when the server sent a CertificateRequest; 0 answers it with no certificate.
private func noteClientCertificateRequest(
  _ ssl: OpaquePointer?, _: UnsafeMutablePointer<OpaquePointer?>?, _: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  TLSConnection.with(ssl) { $0.clientCertificateRequested = true }
  return 0
}
