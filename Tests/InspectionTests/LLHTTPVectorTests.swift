import Foundation
import Inspection
import SessionEvents
import TestSupport
import Testing

/// llhttp parses strictly and stops at an error; Wiretape reads on and records a finding.
///
/// So they agree where every message that llhttp completes is read the same, and there is a finding exactly where llhttp
/// has an error; `LLHTTPDifference` has all others.
@Suite struct `The vectors of llhttp` {
  static let vectors: [LLHTTPVector] = {
    let files = ["request", "response"].flatMap { folder in
      Fixtures.files(in: "vectors/http1/" + folder).map { "\(folder)/\($0)" }
    }
    return files.flatMap { (try? LLHTTPVector.vectors(in: $0)) ?? [] }
  }()

  @Test func `are there`() {
    #expect(Self.vectors.count > 100)
    #expect(Self.vectors.contains { $0.error != nil })
  }

  @Test func `are known by the names that the table of differences has`() {
    let names = LLHTTPDifference.all.map { "\($0.file): \($0.name)" }
    #expect(Set(names).subtracting(Self.vectors.map(\.name)) == [])
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: vectors) func `are read alike, or differ for a reason`(_ vector: LLHTTPVector) {
    let difference = difference(vector)
    if let known = LLHTTPDifference.all.first(where: { "\($0.file): \($0.name)" == vector.name }) {
      #expect(difference != nil, "no difference any more, but the table says: \(known.ours)")
    } else {
      #expect(difference == nil)
    }
  }

  @Test(arguments: vectors) func `are read the same wherever they are split`(_ vector: LLHTTPVector) {
    var script = EventScript()
    if vector.type.hasPrefix("request") { script.client(vector.input) } else { script.server(vector.input) }
    script.finish()
    #expect(splittingDifference(script.events) == nil)
  }

  /// What is read differently, in words.
  private func difference(_ vector: LLHTTPVector) -> String? {
    let isRequest = vector.type.hasPrefix("request")
    var script = EventScript()
    if isRequest { script.client(vector.input) } else { script.server(vector.input) }
    script.close(vector.type.hasSuffix("finish") ? .fin : .open)
    let found = exchanges(script.events)
    let messages = found.flatMap { $0.http.map { isRequest ? requests($0) : responses($0) } ?? [] }
    for (index, expected) in vector.messages.enumerated() where expected.isComplete {
      guard index < messages.count else { return "message \(index) is missing" }
      if messages[index] != expected { return "message \(index) is \(messages[index]), not \(expected)" }
    }
    let codes = found.flatMap(\.codes)
    if vector.error != nil, codes.isEmpty, found.allSatisfy({ $0.opaque == nil }) {
      return "nothing is wrong, but llhttp says \(vector.error ?? "")"
    }
    // Most vectors lack Host, which llhttp does not ask for.
    let others = codes.filter { $0 != "http1.host-missing" }
    if vector.error == nil, !others.isEmpty { return "llhttp has nothing to say, but here are \(others)" }
    return nil
  }

  private func requests(_ exchange: HTTPExchange) -> [LLHTTPVector.Message] {
    guard let request = exchange.request else { return [] }
    return [
      LLHTTPVector.Message(
        method: request.method, target: request.target, version: Array(request.version.utf8),
        fieldNames: (request.headers + request.trailers).map(\.name),
        fieldValues: (request.headers + request.trailers).map(\.value),
        bodyByteCount: Int(request.body.byteCount), isComplete: request.isComplete)
    ]
  }

  private func responses(_ exchange: HTTPExchange) -> [LLHTTPVector.Message] {
    (exchange.interim + [exchange.response].compactMap { $0 }).map { response in
      LLHTTPVector.Message(
        version: Array(response.version.utf8), status: response.reason,
        fieldNames: (response.headers + response.trailers).map(\.name),
        fieldValues: (response.headers + response.trailers).map(\.value),
        bodyByteCount: Int(response.body.byteCount), isComplete: response.isComplete)
    }
  }
}
