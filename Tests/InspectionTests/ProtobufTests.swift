import TestSupport
import Testing

@testable import Inspection

@Suite struct `Protobuf without a schema` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: String
    /// Nil where it is no message.
    var text: String?
  }

  static let cases = [
    // The examples of "Encoding" in the documentation of Protocol Buffers.
    Case(testDescription: "a varint", bytes: "089601", text: "1=150"),
    Case(testDescription: "a string", bytes: "120774657374696e67", text: "2=\"testing\"(7)"),
    Case(testDescription: "a message", bytes: "1a03089601", text: "3={1=150}(3)"),
    Case(
      testDescription: "repeated fields", bytes: "220568656c6c6f280128022803",
      text: "4=\"hello\"(5) 5=1 5=2 5=3"),
    // Packed numbers cannot be told: these read as a message.
    Case(testDescription: "packed numbers", bytes: "3206038e029ea705", text: "6=x(038e029ea705)(6)"),
    Case(
      testDescription: "numbers of fixed size", bytes: "0d0100000011ffffffffffffffff",
      text: "1=f1 2=F18446744073709551615"),
    Case(
      testDescription: "the largest varint", bytes: "08ffffffffffffffffff01", text: "1=18446744073709551615"),
    Case(testDescription: "nothing", bytes: "", text: ""),
    Case(testDescription: "an empty field", bytes: "0a00", text: "1=\"\"(0)"),
    Case(testDescription: "a group", bytes: "0b1001 0c", text: "1={2=1}(3)"),
    Case(testDescription: "a text that reads as a message", bytes: "0a022041", text: "1=\" A\"(2)"),
    Case(testDescription: "a text of lines", bytes: "0a03610a62", text: "1=\"a\nb\"(3)"),
    Case(
      testDescription: "a message whose bytes are lines of text",
      bytes: "0a220a20" + String(repeating: "61", count: 32),
      text: "1={1=\"\(String(repeating: "a", count: 32))\"(32)}(34)"),
    Case(testDescription: "bytes", bytes: "0a02ff00", text: "1=x(ff00)(2)"),
    Case(testDescription: "the highest number", bytes: "f8ffffff0f01", text: "536870911=1"),
    Case(testDescription: "a number beyond", bytes: "8080808010 01"),
    Case(testDescription: "field 0", bytes: "0001"),
    Case(testDescription: "wire type 6", bytes: "0e01"),
    Case(testDescription: "a varint cut within", bytes: "0896"),
    Case(testDescription: "a varint of eleven bytes", bytes: "08ffffffffffffffffffff01"),
    Case(testDescription: "a varint beyond 64 bits", bytes: "08ffffffffffffffffff02"),
    Case(testDescription: "a length beyond the end", bytes: "0a0461"),
    Case(testDescription: "a number cut within", bytes: "0d010000"),
    Case(testDescription: "a group that does not end", bytes: "0b1001"),
    Case(testDescription: "a group that ends as another", bytes: "0b100114"),
    Case(testDescription: "the end of no group", bytes: "0c"),
  ]

  @Test(arguments: cases) func `tells fields, or that there are none`(_ example: Case) {
    var reader = ProtobufReader(
      [UInt8](hex: example.bytes.replacing(" ", with: "")), limits: GRPCLimits(), allowance: 100)
    let text = reader.fields().map(Self.text)
    #expect(text == example.text)
    #expect(!reader.isCut)
  }

  @Test func `keeps within the limits`() {
    var limits = GRPCLimits()
    limits.depth = 2
    limits.excerptByteCount = 3
    var reader = ProtobufReader([UInt8](hex: "0a080a060a040a020801"), limits: limits, allowance: 100)
    #expect(reader.fields().map(Self.text) == "1={1={1=x(0a0208)(4)}(6)}(8)")
    reader = ProtobufReader([UInt8](hex: "0a0568656c6c6f"), limits: limits, allowance: 100)
    #expect(reader.fields().map(Self.text) == "1=\"hel\"(5)")
    reader = ProtobufReader([UInt8](hex: "08010a0210021803"), limits: limits, allowance: 3)
    #expect(reader.fields().map(Self.text) == "1=1 1={2=2}(2)")
    #expect(reader.isCut)
    #expect(reader.allowance == 0)
    // Groups within groups.
    reader = ProtobufReader([UInt8](hex: "0b0b0b0b0c0c0c0c"), limits: limits, allowance: 3)
    #expect(reader.fields() == nil)
  }

  private static func text(_ fields: [ProtobufField]) -> String {
    fields.map { field in
      let value =
        switch field.value {
        case .varint(let value): "\(value)"
        case .fixed64(let value): "F\(value)"
        case .fixed32(let value): "f\(value)"
        case .text(let bytes, let count): "\"\(String(decoding: bytes, as: UTF8.self))\"(\(count))"
        case .bytes(let bytes, let count): "x(\(bytes.hexText))(\(count))"
        case .message(let fields, let count): "{\(text(fields))}(\(count))"
        }
      return "\(field.number)=\(value)"
    }.joined(separator: " ")
  }
}
