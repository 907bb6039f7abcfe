import Inspection
import Testing

@testable import Relay

@Suite struct `DNS query machine` {
  private let query = DNSMessages.query(id: 7, "Example.COM")

  private func machine(servers: Int = 1, first: Int = 0, tries: Int = 3) throws -> DNSQueryMachine {
    let outline = try #require(DNSMessageOutline(query))
    let key = try #require(outline.questionKey(in: query))
    return DNSQueryMachine(questionKey: key, serverCount: servers, first: first, tryLimit: tries)
  }

  @Test func `takes the answer of the server that it asks`() throws {
    var machine = try machine()
    #expect(machine.beginning == .ask(server: 0, over: .udp))
    let answer = DNSMessages.answer(to: query)
    #expect(machine.received(answer, from: 0, over: .udp) == .finish(.answer(answer, server: 0)))
    #expect(machine.isDone)
    #expect(!machine.isFirstServerSilent)
    #expect(machine.timedOut() == .wait)
    #expect(machine.received(answer, from: 0, over: .udp) == .wait)
    #expect(machine.failed(server: 0, over: .udp) == .wait)
  }

  @Test func `compares names without regard to case`() throws {
    var machine = try machine()
    let answer = DNSMessages.answer(to: query, name: "eXAMPLE.com")
    #expect(machine.received(answer, from: 0, over: .udp) == .finish(.answer(answer, server: 0)))
  }

  struct Mismatch: CustomTestStringConvertible {
    var message: [UInt8]
    var reason: DNSQueryMachine.Mismatch
    var testDescription: String { reason.rawValue }
  }

  static let mismatches = [
    Mismatch(message: [], reason: .malformed),
    Mismatch(message: Array(DNSMessages.query().prefix(20)), reason: .malformed),
    Mismatch(message: DNSMessages.header(7, 0x8181, questions: 0), reason: .malformed),
    Mismatch(message: DNSMessages.query(id: 7), reason: .notAResponse),
    // A notification's response (RFC 1996).
    Mismatch(message: DNSMessages.query(id: 7, flags: 0xa000), reason: .notAResponse),
    Mismatch(
      message: DNSMessages.answer(to: DNSMessages.query(), name: "example.org"), reason: .otherQuestion),
    Mismatch(message: DNSMessages.answer(to: DNSMessages.query(type: 28)), reason: .otherQuestion),
  ]

  @Test(arguments: mismatches) func `ignores what is no answer, and waits on`(item: Mismatch) throws {
    var machine = try machine()
    #expect(machine.received(item.message, from: 0, over: .udp) == .ignore(item.reason))
    let answer = DNSMessages.answer(to: query)
    #expect(machine.received(answer, from: 0, over: .udp) == .finish(.answer(answer, server: 0)))
  }

  @Test func `asks servers in turn, and gives up after its last try`() throws {
    var machine = try machine(servers: 2, first: 1, tries: 4)
    #expect(machine.beginning == .ask(server: 1, over: .udp))
    #expect(machine.timedOut() == .ask(server: 0, over: .udp))
    #expect(machine.isFirstServerSilent)
    #expect(machine.timedOut() == .ask(server: 1, over: .udp))
    #expect(machine.timedOut() == .ask(server: 0, over: .udp))
    #expect(machine.timedOut() == .finish(.silence))
  }

  @Test func `asks a single server again`() throws {
    var machine = try machine(tries: 2)
    #expect(machine.timedOut() == .ask(server: 0, over: .udp))
    #expect(machine.timedOut() == .finish(.silence))
  }

  @Test func `takes an answer that comes late`() throws {
    var machine = try machine(servers: 2)
    #expect(machine.timedOut() == .ask(server: 1, over: .udp))
    let answer = DNSMessages.answer(to: query)
    #expect(machine.received(answer, from: 0, over: .udp) == .finish(.answer(answer, server: 0)))
  }

  @Test func `does not ask a server again that refused the datagram`() throws {
    var machine = try machine(servers: 2, tries: 9)
    #expect(machine.failed(server: 0, over: .udp) == .ask(server: 1, over: .udp))
    // The refusal of an earlier try.
    #expect(machine.failed(server: 0, over: .udp) == .wait)
    #expect(machine.timedOut() == .ask(server: 1, over: .udp))
    #expect(machine.failed(server: 1, over: .udp) == .finish(.silence))
  }

  @Test func `fails at once where its only server refuses the datagram`() throws {
    var machine = try machine()
    #expect(machine.failed(server: 0, over: .udp) == .finish(.silence))
  }

  @Test(arguments: [UInt16(2), 5])
  func `asks another server after a failure, and passes the failure on where none does better`(
    rcode: UInt16
  ) throws {
    let failure = DNSMessages.answer(to: query, recordCount: 0, rcode: rcode)
    var machine = try machine(servers: 2)
    #expect(machine.received(failure, from: 0, over: .udp) == .ask(server: 1, over: .udp))
    var silent = machine
    #expect(silent.timedOut() == .ask(server: 1, over: .udp))
    #expect(silent.timedOut() == .finish(.answer(failure, server: 0)))
    let answer = DNSMessages.answer(to: query)
    #expect(machine.received(answer, from: 1, over: .udp) == .finish(.answer(answer, server: 1)))
    #expect(!machine.isFirstServerSilent)

    var single = try self.machine()
    #expect(single.received(failure, from: 0, over: .udp) == .finish(.answer(failure, server: 0)))
  }

  @Test func `passes a name error on, which every server would give`() throws {
    var machine = try machine(servers: 2)
    let answer = DNSMessages.answer(to: query, recordCount: 0, rcode: 3)
    #expect(machine.received(answer, from: 0, over: .udp) == .finish(.answer(answer, server: 0)))
  }

  @Test func `asks over TCP for what did not fit`() throws {
    var machine = try machine()
    let beginning = DNSMessages.answer(to: query, recordCount: 0, isTruncated: true)
    #expect(machine.received(beginning, from: 0, over: .udp) == .ask(server: 0, over: .tcp))
    // The answer to another try.
    #expect(machine.received(beginning, from: 0, over: .udp) == .wait)
    #expect(machine.failed(server: 0, over: .udp) == .wait)
    let answer = DNSMessages.answer(to: query, recordCount: 90)
    #expect(machine.received(answer, from: 0, over: .tcp) == .finish(.answer(answer, server: 0)))
  }

  @Test func `passes the beginning of an answer on where TCP fails`() throws {
    var machine = try machine(servers: 2)
    let beginning = DNSMessages.answer(to: query, recordCount: 0, isTruncated: true)
    #expect(machine.received(beginning, from: 0, over: .udp) == .ask(server: 0, over: .tcp))
    #expect(machine.failed(server: 0, over: .tcp) == .ask(server: 1, over: .udp))
    #expect(machine.failed(server: 1, over: .udp) == .finish(.answer(beginning, server: 0)))
  }
}
