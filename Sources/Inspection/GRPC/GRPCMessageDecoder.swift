/// Makes protobuf fields of the messages of one direction, decompressed where they are compressed.
final class GRPCMessageDecoder {
  struct Problem: Hashable {
    var problem: GRPCProblem
    var detail: String
  }

  private static let encodingName = Array("grpc-encoding".utf8)

  private let isProtobuf: Bool
  private let encoding: [UInt8]?
  private let services: InspectionServices
  private let limits: GRPCLimits
  /// Fields that may still be told.
  private var allowance: Int
  private var problem: Problem?

  init(_ fields: [HTTPField], isProtobuf: Bool, _ environment: InspectionEnvironment) {
    self.isProtobuf = isProtobuf
    services = environment.services
    limits = environment.limits.grpc
    allowance = limits.fieldCount
    encoding =
      fields.first { $0.name.count == 13 && equalsIgnoringCase($0.name, GRPCMessageDecoder.encodingName) }
      .map { $0.value.map(lowercased) }
  }

  /// What was wrong with the message that was decoded last.
  func takeProblem() -> Problem? {
    defer { problem = nil }
    return problem
  }

  /// The fields of one whole message; nil where it is no protobuf, cannot be decompressed, or is too long.
  func fields(of message: [UInt8], isCompressed: Bool) -> [ProtobufField]? {
    guard let message = isCompressed ? decompressed(message) : message, isProtobuf else { return nil }
    var reader = ProtobufReader(message, limits: limits, allowance: allowance)
    let fields = reader.fields()
    if fields != nil {
      allowance = reader.allowance
      if reader.isCut {
        problem = Problem(
          problem: .tooManyFields, detail: "fields beyond \(limits.fieldCount) of all messages are left out")
      }
    }
    return fields
  }

  private func decompressed(_ message: [UInt8]) -> [UInt8]? {
    guard let encoding, encoding != Array("identity".utf8) else {
      problem = Problem(problem: .encodingMissing, detail: "compressed, and grpc-encoding does not say how")
      return nil
    }
    guard let decoder = services.decoders?.makeDecoder(for: String(decoding: encoding, as: UTF8.self)) else {
      problem = Problem(
        problem: .encodingUnknown, detail: "no decoder for grpc-encoding \(excerpt(encoding))")
      return nil
    }
    var result: [UInt8] = []
    var isTooLong = false
    do {
      try decoder.decode(message.span) { output in
        guard result.count + output.count <= limits.messageByteCount else {
          isTooLong = true
          return false
        }
        for index in output.indices { result.append(output[index]) }
        return true
      }
      if !isTooLong { try decoder.finish() }
    } catch {
      problem = Problem(problem: .compressionBroken, detail: "the compression is broken")
      return nil
    }
    return isTooLong ? nil : result
  }
}
