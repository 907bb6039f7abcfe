import SessionEvents

/// Reads the length-prefixed messages of one direction of gRPC while they pass.
///
/// ```text
/// | flag: 8 | length: 32 | message |      flag 1: compressed; 0x80: trailers, in gRPC-Web
/// ```
///
/// It holds one message at a time, of at most `limits.messageByteCount`, and only of those that are told.
final class GRPCReader: BodyReader {
  static let prefixByteCount = 5

  private enum State {
    case prefix
    case message(GRPCPrefix, rest: Int)
    /// The prefixes cannot be trusted any more.
    case lost
  }

  private struct Problem {
    var problem: GRPCProblem
    var detail: String
  }

  private let form: GRPCForm
  private let decoder: GRPCMessageDecoder
  private let limits: GRPCLimits
  private var base64 = GRPCWebText()
  private var state: State = .prefix
  private var held: [UInt8] = []
  private var body = GRPCBody()
  private var problems: [Problem] = []

  init(_ form: GRPCForm, _ head: BodyHead, _ environment: InspectionEnvironment) {
    self.form = form
    limits = environment.limits.grpc
    decoder = GRPCMessageDecoder(head.fields, isProtobuf: form.isProtobuf, environment)
  }

  func update(_ bytes: Span<UInt8>, at sighting: Sighting, report: (BodyReport) -> Void) {
    guard form.framing == .webText else { return read(bytes) }
    let decoded = base64.decode(bytes)
    read(decoded.span)
  }

  func finish(_ end: BodyEnd, into result: inout BodyResult) {
    if end == .complete {
      switch state {
      case .prefix where held.isEmpty, .lost: break
      case .prefix:
        note(.messageTruncated, "the body ends within the prefix of message \(body.messages.count)")
      case .message(_, let rest):
        note(.messageTruncated, "message \(body.messages.count - 1) lacks \(rest) bytes")
      }
    }
    for problem in problems { result.note(problem.problem, problem.detail) }
    result.content = .grpc(body)
  }

  private func note(_ problem: GRPCProblem, _ detail: String) {
    if !problems.contains(where: { $0.problem == problem }) {
      problems.append(Problem(problem: problem, detail: detail))
    }
  }

  // MARK: Reading

  private func read(_ bytes: Span<UInt8>) {
    var position = 0
    while position < bytes.count {
      switch state {
      case .lost:
        return
      case .prefix:
        held.append(bytes[position])
        position += 1
        if held.count == GRPCReader.prefixByteCount { begin(GRPCPrefix(held)) }
      case .message(let prefix, let rest):
        let count = min(rest, bytes.count - position)
        if isHeld(prefix) {
          for index in position..<position + count { held.append(bytes[index]) }
        }
        position += count
        state = .message(prefix, rest: rest - count)
        if count == rest { end(prefix) }
      }
    }
  }

  private func begin(_ prefix: GRPCPrefix) {
    held.removeAll(keepingCapacity: true)
    guard prefix.flag & 0x7e == 0, prefix.flag & 0x80 == 0 || form.framing != .native else {
      let detail = "message \(body.messages.count) begins with the byte \(prefix.flag), neither 0 nor 1"
      note(.prefixInvalid, detail)
      state = .lost
      return
    }
    if !prefix.isTrailers {
      body.messages.count += 1
      if prefix.byteCount > limits.largestMessage {
        let detail = "message \(body.messages.count - 1) has \(prefix.byteCount) bytes"
        note(.messageTooLong, detail)
      }
    }
    state = .message(prefix, rest: prefix.byteCount)
    if prefix.byteCount == 0 { end(prefix) }
  }

  private func isHeld(_ prefix: GRPCPrefix) -> Bool {
    prefix.byteCount <= limits.messageByteCount
      && (prefix.isTrailers || body.messages.count <= limits.messageCount)
  }

  private func end(_ prefix: GRPCPrefix) {
    defer {
      held.removeAll(keepingCapacity: true)
      state = .prefix
    }
    guard !prefix.isTrailers else {
      body.trailers += GRPCWebText.trailers(held)
      return
    }
    guard body.messages.count <= limits.messageCount else { return }
    let isWhole = isHeld(prefix)
    let fields = isWhole ? decoder.fields(of: held, isCompressed: prefix.isCompressed) : nil
    if let problem = decoder.takeProblem() {
      note(problem.problem, "message \(body.messages.count - 1): \(problem.detail)")
    }
    body.messages.first.append(
      GRPCMessage(byteCount: UInt64(prefix.byteCount), isCompressed: prefix.isCompressed, fields: fields))
  }
}

/// What stands before each message.
struct GRPCPrefix: Hashable {
  let flag: UInt8
  let byteCount: Int

  /// Reads its five bytes.
  init(_ bytes: [UInt8]) {
    flag = bytes[0]
    byteCount = bytes[1..<5].reduce(0) { $0 << 8 | Int($1) }
  }

  var isCompressed: Bool { flag & 1 != 0 }
  /// In gRPC-Web the most significant bit marks trailers.
  var isTrailers: Bool { flag & 0x80 != 0 }
}

/// What one direction of gRPC said.
struct GRPCBody: Hashable {
  var messages = GRPCMessages()
  /// Of gRPC-Web, which has them in the body.
  var trailers: [HTTPField] = []
}
