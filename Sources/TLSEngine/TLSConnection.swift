import COpenSSL
public import SessionEvents

/// One leg of TLS without its transport: ciphertext is handed in, plaintext comes back, and the reverse.
///
/// It belongs to one thread (or event loop). Ciphertext for the peer goes to the `output` closure during each call,
/// also alerts for a peer that has just failed, so flush before closing. The closure must copy the bytes, and must
/// not call the connection. An idle connection holds no buffers.
///
/// States: handshaking → secured → failed; handshaking → failed.
public final class TLSConnection {
  private enum State {
    case handshaking
    case secured
    case failed(TLSFailure)
  }

  let ssl: OpaquePointer
  private let output: (UnsafeRawBufferPointer) -> Void
  private let upstream: UpstreamContext?
  /// What a client is shown; nil on the leg towards the server.
  private let leaf: LeafContext?
  /// The name that the peer was verified against; nil on the leg towards the client.
  let peerName: PeerName?
  /// What a server selects, if the client offers it.
  let alpnToSelect: [UInt8]?

  private var state = State.handshaking
  /// The ciphertext that is being handed in; empty outside ``receive(_:)``.
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  private var isOutputClosed = false
  private var isInputClosed = false

  /// The server's certificates and what is known of them, once it has shown them.
  private(set) var peerChain: PeerChain?
  /// Collects during a verification, and is empty otherwise.
  private var foundDefects: [CertificateDefect] = []
  /// The server asked for a client certificate, and was given none.
  public internal(set) var clientCertificateRequested = false

  /// The leg towards the server.
  ///
  /// `serverName` is what the client sent, nil if it sent none, and then none is sent;
  /// `alpn` is what the client offers. The server's certificates are verified for that name, else for
  /// `destination`, but a bad one does not end the handshake.
  public init(
    to upstream: UpstreamContext, serverName: String?, destination: IPAddress, alpn: [[UInt8]],
    versions: ClosedRange<TLSVersion>, output: @escaping (UnsafeRawBufferPointer) -> Void
  ) throws(TLSFailure) {
    let name = PeerName(serverName: serverName, destination: destination)
    peerName = name
    alpnToSelect = nil
    self.upstream = upstream
    leaf = nil
    self.output = output
    ssl = try openSSLObject("SSL_new") { SSL_new(upstream.pointer) }
    try setUp(versions)
    SSL_set_connect_state(ssl)
    if let serverName { try send(serverName: serverName) }
    try expect(name)
    try offer(alpn)
  }

  /// The leg towards the client.
  ///
  /// `alpn` is what the server selected, and is selected if the client offers it;
  /// `versions` ends with the version that the server chose.
  public init(
    serving leaf: LeafContext, alpn: [UInt8]?, versions: ClosedRange<TLSVersion>,
    output: @escaping (UnsafeRawBufferPointer) -> Void
  ) throws(TLSFailure) {
    peerName = nil
    alpnToSelect = alpn
    upstream = nil
    self.leaf = leaf
    self.output = output
    ssl = try openSSLObject("SSL_new") { SSL_new(leaf.pointer) }
    try setUp(versions)
    SSL_set_accept_state(ssl)
  }

  deinit {
    SSL_free(ssl)
  }

  // MARK: Driving

  /// Sends the ClientHello; on the leg towards the client there is nothing to do, and nothing happens.
  public func startHandshake() throws(TLSFailure) {
    var progress = TLSProgress()
    ERR_clear_error()
    continueHandshake(&progress)
    if let failure = progress.failure { throw failure }
  }

  /// Takes the peer's next ciphertext, all of it, and gives what could be decrypted.
  ///
  /// A failure stands in the result, beside what was decrypted before it; after one, nothing more is decrypted.
  /// What comes after the peer's close_notify is ignored (RFC 8446 §6.1).
  public func receive(_ ciphertext: UnsafeRawBufferPointer) -> TLSProgress {
    var progress = TLSProgress()
    input = ciphertext
    defer { input = UnsafeRawBufferPointer(start: nil, count: 0) }
    ERR_clear_error()
    switch state {
    case .handshaking:
      continueHandshake(&progress)
      if progress.handshakeCompleted { decrypt(&progress) }
    case .secured:
      if !isInputClosed { decrypt(&progress) }
    case .failed(let failure):
      progress.failure = failure
    }
    return progress
  }

  /// Encrypts all of `plaintext` to the output; only once the handshake is complete.
  public func send(_ plaintext: UnsafeRawBufferPointer) throws(TLSFailure) {
    switch state {
    case .handshaking: preconditionFailure("sent before the handshake was complete")
    case .secured: break
    case .failed(let failure): throw failure
    }
    guard !isOutputClosed else { throw .outputClosed }
    var rest = plaintext[...]
    ERR_clear_error()
    while !rest.isEmpty {
      var written = 0
      let bytes = UnsafeRawBufferPointer(rebasing: rest)
      guard SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &written) == 1 else {
        throw fail(.fromErrorQueue(after: "SSL_write_ex"))
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Encrypts all of `plaintext` to the output; only once the handshake is complete.
  public func send(_ plaintext: [UInt8]) throws(TLSFailure) {
    let result: Result<Void, TLSFailure> = plaintext.withUnsafeBytes { bytes in
      Result { () throws(TLSFailure) in try self.send(bytes) }
    }
    try result.get()
  }

  /// Sends close_notify: this side will send no more, but goes on receiving.
  ///
  /// Nothing happens the second time, and before the handshake is complete.
  public func closeOutput() {
    guard case .secured = state, !isOutputClosed else { return }
    ERR_clear_error()
    SSL_shutdown(ssl)
    isOutputClosed = true
    // With the flag set, OpenSSL would throw away key updates and tickets that still come, and lose its place.
    SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) & ~SSL_SENT_SHUTDOWN)
  }

  /// What the end of the peer's transport (a FIN) means here and now.
  public func transportEnded() -> TransportEnd {
    if isInputClosed { return .inOrder }
    if case .handshaking = state { return .duringHandshake }
    return .withoutCloseNotify
  }

  // MARK: What was agreed

  public var isSecured: Bool {
    if case .secured = state { true } else { false }
  }

  /// The version that was agreed on; nil before.
  public var version: TLSVersion? {
    isSecured ? TLSVersion(rawValue: UInt16(truncatingIfNeeded: SSL_version(ssl))) : nil
  }

  /// The application protocol that was agreed on, if any.
  public var alpn: [UInt8]? {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &length)
    return name.map { Array(UnsafeBufferPointer(start: $0, count: Int(length))) }
  }

  /// What is wrong with the server's certificates: every error of every one of them, in OpenSSL's order.
  public var certificateDefects: [CertificateDefect] { peerChain?.defects ?? [] }

  /// What the finished handshake agreed on, made anew at each call; nil before.
  public var facts: TLSFacts? {
    guard isSecured else { return nil }
    return TLSFacts(
      version: SSL_get_version(ssl).map { String(cString: $0) } ?? "",
      cipher: SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "",
      alpn: alpn.map { printable($0) }, certificates: peerChain?.facts ?? [],
      certificateErrors: peerChain?.defectTexts ?? [])
  }

  /// The peer's leaf certificate, borrowed from the connection.
  var peerCertificate: OpaquePointer? {
    let chain = SSL_get_peer_cert_chain(ssl)
    return wt_sk_X509_num(chain) > 0 ? wt_sk_X509_value(chain, 0) : nil
  }
}

// MARK: - Inside a call

extension TLSConnection {
  private func continueHandshake(_ progress: inout TLSProgress) {
    let result = SSL_do_handshake(ssl)
    if result == 1 {
      state = .secured
      progress.handshakeCompleted = true
    } else if SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ {
      progress.failure = fail(.fromErrorQueue(after: "SSL_do_handshake"))
    }
  }

  /// Decrypts until the input is used up.
  ///
  /// The plaintext is shorter than the ciphertext, but for at most one record (2^14 bytes) of which OpenSSL holds
  /// the beginning; so one array is enough, if OpenSSL's account of what it holds is right.
  private func decrypt(_ progress: inout TLSProgress) {
    var isDrained = false
    repeat {
      let capacity = input.count + (SSL_has_pending(ssl) == 1 ? 1 << 14 : 0) + 1
      let part = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        isDrained = decrypt(into: buffer, &count, &progress)
      }
      if progress.plaintext.isEmpty { progress.plaintext = part } else { progress.plaintext += part }
    } while !isDrained
  }

  /// Returns false where the buffer was full before the input was used up.
  private func decrypt(
    into buffer: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int, _ progress: inout TLSProgress
  ) -> Bool {
    guard let start = buffer.baseAddress else { return true }
    while count < buffer.count {
      var decrypted = 0
      let result = SSL_read_ex(ssl, start + count, buffer.count - count, &decrypted)
      if result == 1 {
        count += decrypted
        continue
      }
      switch SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ:
        break
      case SSL_ERROR_ZERO_RETURN:
        isInputClosed = true
        progress.closeNotifyReceived = true
      default:
        progress.failure = fail(.fromErrorQueue(after: "SSL_read_ex"))
      }
      return true
    }
    return false
  }

  private func fail(_ failure: TLSFailure) -> TLSFailure {
    state = .failed(failure)
    return failure
  }
}

// MARK: - What the callbacks reach

extension TLSConnection {
  /// Calls `body` with the connection that an SSL object belongs to.
  static func with(_ ssl: OpaquePointer?, _ body: (TLSConnection) -> Void) {
    TransportBIO.with(SSL_get_rbio(ssl), body)
  }

  /// Moves the next input to OpenSSL's buffer; 0 where there is none.
  func takeInput(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(input.count, buffer.count)
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    return count
  }

  /// After close_notify nothing may follow, not even an answer to a key update.
  func emit(_ ciphertext: UnsafeRawBufferPointer) {
    if !isOutputClosed { output(ciphertext) }
  }

  /// Adds a certificate for a client that takes no ECDSA; false where that failed.
  func offerRSA() -> Bool {
    guard let leaf, let fallback = leaf.fallback else { return true }
    return (try? fallback.install(on: ssl, besides: leaf.certificate, chain: leaf.chain)) != nil
  }

  /// Finds out what the server's certificates are worth.
  ///
  /// `verify` runs OpenSSL's verification, which records the defects. False where even that cannot be found out.
  func judge(_ certificates: [OpaquePointer], _ verify: () -> Void) -> Bool {
    guard let upstream, let peerName else { return false }
    peerChain = try? upstream.chain(certificates, name: peerName) {
      verify()
      defer { foundDefects = [] }
      return foundDefects
    }
    return peerChain != nil
  }

  func record(_ defect: CertificateDefect) {
    foundDefects.append(defect)
  }
}
