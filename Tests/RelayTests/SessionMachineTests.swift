import SessionEvents
import Testing

@testable import Relay

@Suite struct `Session machine` {
  @Test func `relays a plain session, whichever of classifying and connecting ends first`() {
    var connectedFirst = SessionMachine()
    #expect(connectedFirst.upstreamConnected() == .wait)
    #expect(connectedFirst.classified(.plain) == .relay(.plain))
    #expect(connectedFirst.mode == .plain)

    var classifiedFirst = SessionMachine()
    #expect(classifiedFirst.classified(.plain) == .wait)
    #expect(classifiedFirst.holdsBackEnd(of: .client))
    #expect(classifiedFirst.upstreamConnected() == .relay(.plain))
  }

  @Test func `secures the server before the client`() {
    var machine = SessionMachine()
    #expect(machine.classified(.intercept) == .wait)
    #expect(machine.upstreamConnected() == .startServerHandshake)
    #expect(machine.mode == nil)
    #expect(machine.serverSecured(wantsClientCertificate: false) == .startClientHandshake)
    #expect(machine.clientSecured() == .relay(.decrypted))
    #expect(machine.mode == .decrypted)
  }

  @Test func `connects again, to relay unread, for a server that wants a client certificate`() {
    var machine = secured(upTo: .server)
    #expect(machine.serverSecured(wantsClientCertificate: true) == .reconnect)
    #expect(machine.holdsBackEnd(of: .client))
    #expect(machine.upstreamConnected() == .relay(.bypassed(.clientCertificateRequired)))
  }

  @Test func `closes when both directions have ended, not before, and tells of each end once`() {
    for first in Direction.allCases {
      var machine = relaying()
      #expect(machine.ended(first) == .finish(first))
      #expect(machine.finished() == .wait)
      #expect(machine.ended(first) == .wait)
      #expect(machine.ended(first.opposite) == .finish(first.opposite))
      #expect(machine.finished() == .close(SessionClosing(.fin)))
      #expect(machine.isClosed)
    }
  }

  @Test func `resets the client where upstream cannot be reached, classified or not`() {
    let failure = SessionFailure.upstreamUnreachable("Connection refused")
    let expected = SessionMachine.Action.abort(SessionClosing(.reset(by: .server), cause: failure))
    var unclassified = SessionMachine()
    #expect(unclassified.upstreamFailed(failure) == expected)
    var classified = SessionMachine()
    _ = classified.classified(.intercept)
    #expect(classified.upstreamFailed(failure) == expected)
  }

  @Test func `keeps a reset as it is, from either side and in every state`() {
    for party in Party.allCases {
      let expected = SessionMachine.Action.abort(SessionClosing(.reset(by: party)))
      var machines = [SessionMachine(), secured(upTo: .server), secured(upTo: .client), relaying()]
      for index in machines.indices {
        #expect(machines[index].reset(by: party) == expected)
        #expect(machines[index].isClosed)
      }
    }
  }

  @Test func `an end during a handshake is a failure of the one who left`() {
    var machine = secured(upTo: .client)
    let failure = SessionFailure.tlsFailed(.client, "closed during the handshake")
    #expect(
      machine.ended(.clientToServer) == .abort(SessionClosing(.reset(by: .client), cause: failure)))
  }

  @Test func `a server that leaves during the client's handshake is heard out`() {
    var machine = secured(upTo: .client)
    #expect(machine.holdsBackEnd(of: .server))
    #expect(!machine.holdsBackEnd(of: .client))
    #expect(machine.clientSecured() == .relay(.decrypted))
    #expect(!machine.holdsBackEnd(of: .server))
    #expect(machine.ended(.serverToClient) == .finish(.serverToClient))
  }

  @Test func `a TLS failure still lets alerts out`() {
    var machine = secured(upTo: .client)
    let failure = SessionFailure.tlsFailed(.client, "unknown_ca")
    #expect(
      machine.tlsFailed(.client, "unknown_ca")
        == .close(SessionClosing(.reset(by: .client), cause: failure)))
  }

  @Test func `a closed session answers nothing more`() {
    var machine = relaying()
    #expect(machine.stop() == .abort(SessionClosing(.open, cause: .relayStopped)))
    #expect(machine.stop() == .wait)
    #expect(machine.reset(by: .client) == .wait)
    #expect(machine.ended(.clientToServer) == .wait)
    #expect(machine.upstreamConnected() == .wait)
    #expect(machine.classified(.plain) == .wait)
    #expect(machine.tlsFailed(.server, "late") == .wait)
  }

  private func relaying() -> SessionMachine {
    var machine = SessionMachine()
    _ = machine.upstreamConnected()
    _ = machine.classified(.plain)
    return machine
  }

  private func secured(upTo party: Party) -> SessionMachine {
    var machine = SessionMachine()
    _ = machine.upstreamConnected()
    _ = machine.classified(.intercept)
    if party == .client { _ = machine.serverSecured(wantsClientCertificate: false) }
    return machine
  }
}
