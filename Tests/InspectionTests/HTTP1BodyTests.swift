import ContentCoding
import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct `An HTTP/1 body` {
  static let text = "hello hello hello hello\n"

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var coding: String
    var body: [UInt8]
    var decoded: String?
    var codes: [String] = []
  }

  static let gzipped = InflateSamples.gzip
  static let cases: [Case] = [
    Case(testDescription: "identity", coding: "identity", body: Array("abc".utf8), decoded: "abc"),
    Case(testDescription: "gzip", coding: "gzip", body: gzipped, decoded: text),
    Case(testDescription: "x-gzip, in capitals", coding: "X-GZIP", body: gzipped, decoded: text),
    Case(testDescription: "gzip twice", coding: "gzip, gzip", body: InflateSamples.twice, decoded: text),
    Case(testDescription: "deflate in zlib", coding: "deflate", body: InflateSamples.zlib, decoded: text),
    Case(testDescription: "raw deflate", coding: "deflate", body: InflateSamples.raw, decoded: text),
    Case(testDescription: "br", coding: "br", body: CodedSamples.brotli, decoded: text),
    Case(testDescription: "zstd", coding: "zstd", body: CodedSamples.zstandard, decoded: text),
    Case(
      testDescription: "an unknown coding", coding: "compress", body: [1, 2, 3], decoded: nil,
      codes: ["content-coding-unknown"]),
    Case(
      testDescription: "too many codings", coding: "gzip, gzip, gzip, gzip, gzip", body: gzipped,
      decoded: nil,
      codes: ["content-too-many-codings"]),
    Case(
      testDescription: "broken data", coding: "gzip", body: Array("no gzip".utf8), decoded: nil,
      codes: ["content-malformed"]),
    Case(
      testDescription: "data that ends early", coding: "gzip", body: gzipped.dropLast(), decoded: nil,
      codes: ["content-truncated"]),
    Case(
      testDescription: "data that ends before the body", coding: "gzip", body: gzipped + [0], decoded: text,
      codes: ["content-trailing-data"]),
    Case(testDescription: "nothing, in gzip", coding: "gzip", body: [], decoded: ""),
  ]

  @Test(arguments: cases) func `is measured as sent and decoded`(_ example: Case) throws {
    let events = response("Content-Encoding: \(example.coding)", example.body)
    let exchange = try #require(exchanges(events).first)
    let body = try #require(exchange.http?.response?.body)
    #expect(body.byteCount == UInt64(example.body.count))
    #expect(body.sha256 == (example.body.isEmpty ? nil : sha256(example.body)))
    #expect(body.decodedByteCount == example.decoded.map { UInt64($0.utf8.count) })
    let decoded = example.decoded.map { Array($0.utf8) } ?? []
    #expect(body.decodedSHA256 == (decoded.isEmpty ? nil : sha256(decoded)))
    #expect(exchange.codes == example.codes)
    #expect(splittingDifference(events) == nil)
  }

  @Test func `is measured without its chunks`() throws {
    var script = EventScript()
    script.client(HTTP1Samples.get)
    script.server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n")
    for byte in Self.gzipped { script.server(Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8)) }
    script.server("0\r\n\r\n")
    script.finish()
    let body = try #require(exchanges(script.events).first?.http?.response?.body)
    #expect(body.sha256 == sha256(Self.gzipped))
    #expect(body.decodedSHA256 == sha256(Array(Self.text.utf8)))
  }

  @Test func `is not digested without digests, nor decoded without decoders`() throws {
    var inspector = Inspector(services: .none)
    var bodies: [HTTPBody] = []
    for event in response("Content-Encoding: gzip", Self.gzipped) + response("X: y", [1], session: 2) {
      inspector.receive(event.event, packet: nil) {
        if case .exchange(let exchange, _) = $0, let body = exchange.http?.response?.body {
          bodies.append(body)
        }
      }
    }
    #expect(
      bodies == [
        HTTPBody(byteCount: UInt64(Self.gzipped.count)), HTTPBody(byteCount: 1, decodedByteCount: 1),
      ])
  }

  @Test func `that decodes to too much is a finding, wherever it is split`() throws {
    var limits = InspectionLimits()
    limits.content.freeByteCount = 10_000
    limits.content.ratio = 2
    // The limit holds for a whole block of 65,536 coded bytes: twice that may come out of it.
    let bomb = response("Content-Encoding: gzip", InflateSamples.zeros)
    let exchange = try #require(exchanges(bomb, limits: limits).first)
    #expect(exchange.codes == ["content-bomb"])
    #expect(exchange.http?.response?.body.decodedByteCount == nil)
    #expect(exchange.http?.response?.body.sha256 == sha256(InflateSamples.zeros))
    #expect(exchange.http?.response?.isComplete == true)
    #expect(splittingDifference(bomb, limits: limits) == nil)

    limits.content.ratio = 4
    #expect(exchanges(bomb, limits: limits).first?.codes == [])
    limits.content.decodedByteCount = 199_999
    #expect(exchanges(bomb, limits: limits).first?.codes == ["content-bomb"])
    limits.content.decodedByteCount = 200_000
    #expect(exchanges(bomb, limits: limits).first?.codes == [])
  }

  /// 100 MiB of zeros in less than 3.3 kB each, and gzip's in its own ratio.
  @Test(arguments: ["br": CodedSamples.brotliBomb, "zstd": CodedSamples.zstandardBomb])
  func `that is a bomb is not decoded to its end`(coding: String, bomb: [UInt8]) throws {
    let exchange = try #require(exchanges(response("Content-Encoding: \(coding)", bomb)).first)
    #expect(exchange.codes == ["content-bomb"])
    #expect(exchange.http?.response?.body.decodedByteCount == nil)
    #expect(exchange.http?.response?.body.byteCount == UInt64(bomb.count))
  }

  @Test(arguments: [
    "gzip": InflateSamples.zeros, "br": CodedSamples.brotliZeros, "zstd": CodedSamples.zstandardZeros,
  ])
  func `stops at the limit of its output in every coding`(coding: String, zeros: [UInt8]) throws {
    var limits = InspectionLimits()
    limits.content.decodedByteCount = 199_999
    let events = response("Content-Encoding: \(coding)", zeros)
    #expect(exchanges(events, limits: limits).first?.codes == ["content-bomb"])
    #expect(splittingDifference(events, limits: limits) == nil)
    limits.content.decodedByteCount = 200_000
    #expect(exchanges(events, limits: limits).first?.codes == [])
  }

  @Test func `is not decoded while others take the memory for it`() throws {
    var limits = InspectionLimits()
    limits.content.openDecoderByteCount = 400_000
    let head =
      "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: \(CodedSamples.brotli.count)\r\n\r\n"
    // A segment of 4 KiB is decoded at once, so that the first body is open while the second comes.
    let padding = [UInt8](repeating: 0, count: 4_096)
    var first = EventScript(session: 1)
    first.server("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n")
    first.server(CodedSamples.brotliZeros + padding)
    var second = EventScript(session: 2, at: 100)
    second.server(Array(head.utf8) + CodedSamples.brotli)
    first.close()
    second.close()
    let events = Array(first.events.dropLast())
    let end = try #require(first.events.last)
    let found = exchanges(events + second.events + [end], limits: limits)
    #expect(found.map(\.codes) == [["content-too-many-open"], ["content-trailing-data"]])
    #expect(
      exchanges(events + [end] + second.events, limits: limits).map(\.codes) == [
        ["content-trailing-data"], [],
      ])
  }

  @Test func `with a gap is counted in full, without digests, and goes on behind it`() throws {
    var script = EventScript()
    script.client(HTTP1Samples.get + HTTP1Samples.get)
    script.server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    script.gap(.serverToClient, 4)
    script.server("hijHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
    script.finish()
    let found = exchanges(script.events)
    #expect(found.count == 2)
    let response = try #require(found.first?.http?.response)
    #expect(response.body == HTTPBody(byteCount: 10))
    #expect(!response.isComplete)
    #expect(found.first?.codes == ["gap"])
    #expect(found.first?.findings.first?.offset == 42)
    #expect(found.last?.http?.response?.isComplete == true)
    #expect(found.last?.codes == [])
    #expect(splittingDifference(script.events) == nil)
  }

  private func response(_ field: String, _ body: [UInt8], session: UInt64 = 1) -> [PacketEvent] {
    var script = EventScript(session: session)
    script.client(HTTP1Samples.get)
    script.server(Array("HTTP/1.1 200 OK\r\n\(field)\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
    script.finish()
    return script.events
  }
}

func sha256(_ bytes: [UInt8]) -> [UInt8]? {
  guard let digest = ContentServices.system.digests?.makeSHA256() else { return nil }
  digest.update(bytes.span)
  return digest.finish()
}

enum HTTP1Samples {
  static let get = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"
}
