import Inspection
import TestSupport
import Testing

@Suite struct `A ClientHello assembler` {
  @Test(arguments: [1, 2, 7, 100, 16_384])
  func `joins the message over records of any size, fed byte by byte`(_ fragment: Int) {
    var builder = HelloBuilder()
    builder.addServerName("example.com")
    var assembler = ClientHelloAssembler()
    let records = builder.records(fragment: fragment)
    for byte in records.dropLast() {
      #expect(assembler.receive([byte]) == .needMore)
    }
    #expect(assembler.receive([records[records.count - 1]]) == .hello(builder.handshake))
    #expect(assembler.receive([0, 0]) == .hello(builder.handshake))
  }

  @Test func `stops at the end of the message, whatever follows`() {
    let builder = HelloBuilder()
    var assembler = ClientHelloAssembler()
    #expect(assembler.receive(builder.records() + [20, 3, 3, 0, 1, 1]) == .hello(builder.handshake))
  }

  struct Case: Sendable {
    var why: String
    var bytes: [UInt8]
  }

  /// Each must be refused at its last byte, and not before.
  @Test(arguments: [
    Case(why: "a letter", bytes: Array("G".utf8)),
    Case(why: "another record type", bytes: [23]),
    Case(why: "an SSL 2 hello", bytes: [0x80]),
    Case(why: "another major version", bytes: [22, 2]),
    Case(why: "a minor version that never was", bytes: [22, 3, 5]),
    Case(why: "a record over 2^14 bytes", bytes: [22, 3, 1, 0x41]),
    Case(why: "a record of 2^14 + 1 bytes", bytes: [22, 3, 1, 0x40, 1]),
    Case(why: "an empty record", bytes: [22, 3, 1, 0, 0]),
    Case(why: "a ServerHello", bytes: [22, 3, 1, 0, 60, 2]),
    Case(why: "a message over the limit", bytes: [22, 3, 1, 0, 60, 1, 2]),
    Case(why: "a message too short to be one", bytes: [22, 3, 1, 0, 60, 1, 0, 0, 40]),
    Case(why: "a legacy version that is no TLS", bytes: [22, 3, 1, 0, 60, 1, 0, 0, 56, 2]),
    Case(why: "a second record of another type", bytes: [22, 3, 1, 0, 4, 1, 0, 0, 56, 23]),
  ]) func `rules TLS out at the first byte that does`(_ example: Case) {
    var assembler = ClientHelloAssembler()
    for byte in example.bytes.dropLast() {
      #expect(assembler.receive([byte]) == .needMore)
    }
    #expect(assembler.receive([example.bytes[example.bytes.count - 1]]) == .notTLS)
    #expect(assembler.receive([22]) == .notTLS)
  }

  @Test func `keeps to its limit`() {
    var builder = HelloBuilder()
    builder.add(21, [UInt8](repeating: 0, count: 1_000))
    let size = builder.handshake.count
    var fitting = ClientHelloAssembler(limit: size)
    #expect(fitting.receive(builder.records()) == .hello(builder.handshake))
    var small = ClientHelloAssembler(limit: size - 1)
    #expect(small.receive(builder.records()) == .notTLS)
  }
}
