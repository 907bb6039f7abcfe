import NIOCore
import SessionEvents
import TLSEngine

// The two handshakes: the upstream one first, so that the leaf shown to the client can copy the real certificate, and
// the client gets the version and the ALPN protocol that the server chose.
extension SessionDriver {
  func startServerHandshake() {
    guard let hello, let server else { return }
    do {
      let destination = opening.originalDestination.address
      let connection = try context.interceptor.serverConnection(for: hello, destination: destination) {
        [server] in
        server.append($0)
      }
      serverTLS = connection
      try connection.startHandshake()
      server.flush()
    } catch {
      refuse(error, on: .server)
    }
  }

  func advanceServerHandshake(_ ciphertext: ByteBuffer) {
    guard let serverTLS else { return }
    // Holds: the connection reads the buffer during the call only.
    let progress = ciphertext.withUnsafeReadableBytes { serverTLS.receive($0) }
    if !progress.plaintext.isEmpty { heldServerPlaintext.append(progress.plaintext) }
    if let failure = progress.failure {
      // A server that cannot do without a client certificate may say so with an alert.
      if serverTLS.clientCertificateRequested, clientTLS == nil {
        perform(machine.serverSecured(wantsClientCertificate: true))
      } else {
        refuse(failure, on: .server)
      }
    } else if progress.handshakeCompleted {
      let wantsCertificate = serverTLS.clientCertificateRequested
      if !wantsCertificate, let facts = serverTLS.facts { journal.record(.secured(.server, facts)) }
      // The server's bytes wait in the kernel until there is somebody to hand them to.
      server?.setReading(wantsCertificate)
      perform(machine.serverSecured(wantsClientCertificate: wantsCertificate))
    }
  }

  func startClientHandshake() {
    guard let hello, let serverTLS else { return }
    do {
      let policy = context.configuration.onBadCertificate
      let connection = try context.interceptor.clientConnection(
        for: hello, upstream: serverTLS, policy: policy
      ) { [client] in client.append($0) }
      clientTLS = connection
      try connection.startHandshake()
      let held = heldClientBytes
      heldClientBytes = []
      for bytes in held { advanceClientHandshake(bytes) }
      client.flush()
      if !machine.isClosed { client.setReading(true) }
    } catch {
      refuse(error, on: .client)
    }
  }

  func advanceClientHandshake(_ ciphertext: ByteBuffer) {
    guard let clientTLS else { return }
    if machine.mode != nil {
      relayDecrypted(ciphertext, from: .client)
      return
    }
    // Holds: the connection reads the buffer during the call only.
    let progress = ciphertext.withUnsafeReadableBytes { clientTLS.receive($0) }
    if progress.handshakeCompleted {
      if let facts = clientTLS.facts { journal.record(.secured(.client, facts)) }
      perform(machine.clientSecured())
      relay(progress, from: .client)
    } else if let failure = progress.failure {
      if failure.isDistrust, serverTLS?.facts?.certificateErrors.isEmpty == true {
        context.warnOfDistrust(by: opening)
      }
      perform(machine.tlsFailed(.client, failure.description))
    }
  }

  /// Ends a session whose handshake failed; the client is told by the alert that the server sent, or by one that fits.
  private func refuse(_ failure: TLSFailure, on party: Party) {
    if case .certificateRejected(let texts) = failure {
      perform(machine.certificateRejected(texts.joined(separator: "; ")))
      return
    }
    if clientTLS == nil { client.append(alert(for: failure)) }
    perform(machine.tlsFailed(party, failure.description))
  }

  /// A fatal alert in a plaintext record (RFC 8446 §5.1, §6).
  private func alert(for failure: TLSFailure) -> ByteBuffer {
    let handshakeFailure: UInt8 = 40
    let code: UInt8 =
      if case .alertReceived(_, let code) = failure { code } else { handshakeFailure }
    return ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, code])
  }
}

extension TLSFailure {
  /// Whether the peer says that it does not trust who signed the certificate: bad_certificate, certificate_unknown or
  /// unknown_ca (RFC 8446 §6.2).
  fileprivate var isDistrust: Bool {
    if case .alertReceived(_, let code) = self { [42, 46, 48].contains(code) } else { false }
  }
}
