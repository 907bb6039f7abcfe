import SessionEvents
import TestSupport
import Testing

@testable import Inspection

@Suite struct `A guess at TLS` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    /// How many bytes it takes; nil where it is none at the last byte.
    var decided: Int?
    var isClient = true
  }

  static var cases: [Case] {
    let hello = TLSBuilder.clientHello
    let answer = TLSBuilder.serverHello12.handshake
    return [
      Case(testDescription: "a ClientHello", bytes: hello.records(), decided: 10),
      Case(
        testDescription: "a ClientHello over records of two bytes", bytes: hello.records(fragment: 2),
        decided: 20),
      Case(
        testDescription: "a ServerHello", bytes: TLSBuilder.record(22, answer), decided: 10, isClient: false),
      Case(testDescription: "an alert", bytes: TLSBuilder.alert(2, 40), decided: 7, isClient: false),
      Case(
        testDescription: "two records of application data",
        bytes: TLSBuilder.applicationData(30) + TLSBuilder.applicationData(30), decided: 40),
      Case(
        testDescription: "a ChangeCipherSpec and what follows",
        bytes: TLSBuilder.changeCipherSpec + TLSBuilder.encryptedFinished, decided: 11),
      Case(
        testDescription: "a hello in the format of SSL 2",
        bytes: [0x80, 28] + [UInt8](hex: "01 0301 0003 0000 0010 00002f") + [UInt8](repeating: 7, count: 16),
        decided: 11),
      Case(testDescription: "a ServerHello from the client", bytes: [22, 3, 3, 0, 60, 2]),
      Case(testDescription: "an alert of level 3", bytes: [21, 3, 3, 0, 2, 3]),
      Case(testDescription: "a ChangeCipherSpec of two bytes", bytes: [20, 3, 3, 0, 2]),
      Case(
        testDescription: "an SSL 2 record of another length",
        bytes: [0x80, 29] + [UInt8](hex: "01 0301 0003 0000 0010")),
      Case(
        testDescription: "application data, and something else", bytes: TLSBuilder.applicationData(9) + [0x47]
      ),
      Case(testDescription: "a record too long", bytes: [23, 3, 3, 0x48, 1]),
      Case(testDescription: "version 2", bytes: [22, 2]),
    ]
  }

  @Test(arguments: cases) func `falls at one byte`(_ example: Case) {
    var guess = TLSGuess(example.isClient ? .clientToServer : .serverToClient)
    let count = example.decided ?? example.bytes.count
    for byte in example.bytes.prefix(count - 1) {
      guess.receive(byte)
      #expect(guess.state == .possible)
    }
    guess.receive(example.bytes[count - 1])
    #expect(guess.state == (example.decided == nil ? .no : .yes))
  }
}
