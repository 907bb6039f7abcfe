import NIOCore
import SessionEvents
import TLSEngine

// Bytes on their way from one side's TLS to the other's.
extension SessionDriver {
  func relayDecrypted(_ ciphertext: ByteBuffer, from party: Party) {
    guard let source = tls(party) else { return }
    // Holds: the connection reads the buffer during the call only.
    let progress = ciphertext.withUnsafeReadableBytes { source.receive($0) }
    relay(progress, from: party)
  }

  func relay(_ progress: TLSProgress, from party: Party) {
    if !progress.plaintext.isEmpty { relay(progress.plaintext, from: party) }
    if let failure = progress.failure {
      perform(machine.tlsFailed(party, failure.description))
    } else if progress.closeNotifyReceived {
      perform(machine.ended(direction(from: party)))
    }
  }

  /// Passes plaintext on, and records it.
  private func relay(_ plaintext: [UInt8], from party: Party) {
    let receiver = party.opposite
    journal.record(.bytes(direction(from: party), plaintext))
    leg(receiver)?.reserve(plaintext.count + plaintext.count / 256 + 64)
    do {
      try tls(receiver)?.send(plaintext)
    } catch {
      perform(machine.tlsFailed(receiver, error.description))
    }
  }

  /// What the server said before the client's handshake was done.
  func relayHeldServerPlaintext() {
    let held = heldServerPlaintext
    heldServerPlaintext = []
    for plaintext in held { relay(plaintext, from: .server) }
    if serverTLS?.transportEnded() == .inOrder { perform(machine.ended(.serverToClient)) }
  }

  /// Tells the receiver of this direction, in TLS's own words, that it has ended, if the sender used them.
  ///
  /// A bare FIN is passed on as a bare FIN: whether bytes were cut off is for the receiver to judge.
  func finishTLS(_ direction: Direction) {
    guard let sender = tls(direction.sender), sender.transportEnded() == .inOrder else { return }
    tls(direction.sender.opposite)?.closeOutput()
  }

  private func tls(_ party: Party) -> TLSConnection? {
    switch party {
    case .client: clientTLS
    case .server: serverTLS
    }
  }
}
