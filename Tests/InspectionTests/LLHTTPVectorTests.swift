import Foundation
import Inspection
import SessionEvents
import TestSupport
import Testing

/// llhttp parses strictly and stops at an error; Wiretape reads on and records a finding.
///
/// So they agree where every message that llhttp completes is read the same, and where llhttp's error is a finding.
@Suite struct `The vectors of llhttp` {
  /// Where the two differ, and why that is right here.
  static let differences: [String: String] = {
    let afterClose = "what follows Connection: close was sent all the same, and is shown"
    let cut = "the input ends within the head, where nothing is judged yet"
    let skipped = "llhttp was told that there is no body; a response to HEAD is known by its request here"
    return [
      "request/connection.md: CRLF between requests, explicit `close`": afterClose,
      "request/connection.md: CRLF between requests, explicit `close` followed by tab": afterClose,
      "response/connection.md: HTTP/1.1 with keep-alive disabled and 204 status": afterClose,
      "request/content-length.md: Error on `Content-Length` overflow": cut,
      "request/content-length.md: Error on duplicate `Content-Length`": cut,
      "request/content-length.md: Missing CRLF-CRLF before body": cut,
      "request/invalid.md: Invalid HTTP version": cut,
      "request/invalid.md: Invalid space after start line": cut,
      "response/invalid.md: Invalid space after start line": cut,
      "request/content-length.md: Content-Length reset when no body is received": skipped,
      "response/content-length.md: Content-Length reset when no body is received": skipped,
      "request/invalid.md: HTTP protocol and ANNOUNCE method": "any token is a method (RFC 9110 §9.1)",
      "request/sample.md: No HTTP version": "a request without a version is told as version 0.9",
      "request/uri.md: Underscore in hostname": "llhttp pauses at every CONNECT; nothing is wrong with it",
    ]
  }()

  static let vectors: [LLHTTPVector] = {
    let files = ["request", "response"].flatMap { folder in
      Fixtures.files(in: "vectors/http1/" + folder).map { "\(folder)/\($0)" }
    }
    return files.flatMap { (try? LLHTTPVector.vectors(in: $0)) ?? [] }.filter {
      ["request", "response", "request-finish", "response-finish"].contains($0.type)
    }
  }()

  @Test func `are there`() {
    #expect(Self.vectors.count > 100)
    #expect(Self.vectors.contains { $0.error != nil })
  }

  @Test(arguments: vectors) func `are read alike, or differ for a reason`(_ vector: LLHTTPVector) {
    let difference = difference(vector)
    if let reason = Self.differences[vector.name] {
      #expect(difference != nil, "no difference any more, but the table says: \(reason)")
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
    return nil
  }

  private func requests(_ exchange: HTTPExchange) -> [LLHTTPVector.Message] {
    guard let request = exchange.request else { return [] }
    return [
      LLHTTPVector.Message(
        method: request.method, target: request.target, version: Array(request.version.utf8),
        fieldNames: (request.headers + request.trailers).map(\.name),
        bodyByteCount: Int(request.body.byteCount), isComplete: request.isComplete)
    ]
  }

  private func responses(_ exchange: HTTPExchange) -> [LLHTTPVector.Message] {
    (exchange.interim + [exchange.response].compactMap { $0 }).map { response in
      LLHTTPVector.Message(
        version: Array(response.version.utf8), status: response.reason,
        fieldNames: (response.headers + response.trailers).map(\.name),
        bodyByteCount: Int(response.body.byteCount), isComplete: response.isComplete)
    }
  }
}
