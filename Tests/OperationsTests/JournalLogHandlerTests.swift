import Foundation
import Glibc
import Logging
import SessionEvents
import Testing

@testable import Operations

@Suite struct `Journal log handler` {
  /// What a handler writes to a pipe.
  private func written(journal: Bool, _ body: (Logger) -> Void) throws -> String {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    var facts = stat()
    try #require(fstat(descriptor, &facts) == 0)
    let stream = journal ? "\(facts.st_dev):\(facts.st_ino)" : "\(facts.st_dev):\(facts.st_ino + 1)"
    var logger = Logger(label: "test") { _ in
      JournalLogHandler(descriptor: descriptor, journalStream: stream, escape: escape)
    }
    logger.logLevel = .trace
    body(logger)
    try pipe.fileHandleForWriting.close()
    return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
  }

  @Test func `tells the journal the levels by number`() throws {
    let text = try written(journal: true) { logger in
      for level in Logger.Level.allCases { logger.log(level: level, "it is \(level)") }
    }
    #expect(
      text == """
        <7>it is trace
        <7>it is debug
        <6>it is info
        <5>it is notice
        <4>it is warning
        <3>it is error
        <2>it is critical

        """)
  }

  @Test func `tells others the time`() throws {
    let text = try written(journal: false) { $0.warning("accepting is paused") }
    let line = try #require(text.wholeMatch(of: /(\S+)Z warning: accepting is paused\n/))
    let time = try #require(try? Date("\(line.1.prefix(19))Z", strategy: .iso8601))
    #expect(abs(time.timeIntervalSinceNow) < 60)
  }

  @Test func `writes facts in order, quoted where they have to be`() throws {
    let text = try written(journal: true) { logger in
      logger.info(
        "closed",
        metadata: ["b": "two words", "a": "1", "c": "", "d": "x=y", "e": "say \"no\"", "f": "back\\slash"])
    }
    #expect(
      text == #"<6>closed a=1 b="two words" c="" d="x=y" e="say \"no\"" f=back\slash"# + "\n")
  }

  @Test func `lets nobody forge lines`() throws {
    let text = try written(journal: true) { logger in
      logger.info("name \n<0>forged", metadata: ["sni": "a\n<0>b", "k\ney": "\u{1b}[2J"])
    }
    #expect(
      text == #"<6>name \u{a}<0>forged k\u{a}ey=\u{1b}[2J sni=a\u{a}<0>b"# + "\n")
  }

  @Test func `has facts of the logger, of its context, and errors`() throws {
    struct Failed: Error, CustomStringConvertible { var description: String { "no space" } }
    let text = try written(journal: true) { logger in
      var logger = logger
      logger[metadataKey: "service"] = "relay"
      logger.error("cannot write", error: Failed(), metadata: ["file": "a.pcap"])
    }
    #expect(text == "<3>cannot write error=\"no space\" file=a.pcap service=relay\n")
  }

  struct Case: Sendable {
    var nanoseconds: Int64
    var text: String
  }

  @Test func `pads milliseconds`() {
    let line = LogLine(
      form: .timed, level: .notice, message: "m", metadata: [:], time: Timestamp(nanoseconds: 7_000_000))
    #expect(line.text(escape: escape) == "1970-01-01T00:00:00.007Z notice: m\n")
  }

  @Test func `writes each line at once`() throws {
    // A datagram socket keeps writes apart.
    var pair: [CInt] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0, &pair) == 0)
    let reader = UnixSocket(descriptor: pair[1])
    let handler = JournalLogHandler(descriptor: pair[0], journalStream: nil, escape: escape)
    Logger(label: "test") { _ in handler }.notice("one", metadata: ["a": "b c"])
    #expect(reader.receive()?.hasSuffix(" notice: one a=\"b c\"\n") == true)
    close(pair[0])
  }
}

/// Control characters as `\u{a}`.
@Sendable private func escape(_ text: String) -> String {
  text.unicodeScalars.map { $0.value < 0x20 ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
}
