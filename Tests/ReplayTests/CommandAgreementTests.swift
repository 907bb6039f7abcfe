import ContentCoding
import Foundation
import Inspection
import Replay
import SessionEvents
import TestSupport
import Testing

/// What tshark reads in captures of real mail, file and database servers, and what is read here.
///
/// tshark takes the answers to challenges and the lines of literals for commands, misses commands that are pipelined,
/// and repeats the code of each line; so of those only what both must see is compared.
@Suite struct `Commands and replies in captures` {
  @Test func `of SMTP have tshark's replies, and its commands among them`() throws {
    let found = try commands("smtp-postfix", .smtp)
    let codes = statuses(found)
    let tshark = try tshark("smtp-postfix", "smtp", ["smtp.response.code", "smtp.req.command"])
    #expect(codes.sorted() == tshark.flatMap { $0[0] }.sorted())
    let verbs = Set(found.compactMap(\.command).map { text($0.verb).prefix(4) })
    #expect(Set(tshark.flatMap { $0[1] }.map { $0.prefix(4) }).subtracting(verbs) == [])
    let mails = found.compactMap { $0.command?.payload?.byteCount }
    #expect(mails == [44, 178, 10, 1_156, 21])
  }

  @Test func `of IMAP have tshark's tags, and those of its replies`() throws {
    let found = try commands("imap-pop3-dovecot", .imap)
    let tshark = try tshark("imap-pop3-dovecot", "imap", ["imap.request_tag", "imap.response_tag"])
    let tags = found.compactMap { $0.command?.tag }.map(text)
    #expect(tags.count == 32)
    #expect(Set(tags).subtracting(tshark.flatMap { $0[0] }) == [])
    let answered = found.filter { $0.command != nil && $0.reply != nil }.compactMap { $0.command?.tag }.map(
      text)
    #expect(answered.sorted() == tshark.flatMap { $0[1] }.filter { !["*", "+", ")"].contains($0) }.sorted())
  }

  @Test func `of POP3 have tshark's commands among them`() throws {
    let found = try commands("imap-pop3-dovecot", .pop3)
    let tshark = try tshark("imap-pop3-dovecot", "pop", ["pop.request.command"])
    let verbs = Set(found.compactMap(\.command).map { text($0.verb) })
    let answers = Set(found.flatMap(\.interim).filter { $0.sender == .client }.map { text($0.text) })
    #expect(Set(tshark.flatMap { $0[0] }).subtracting(verbs).subtracting(answers) == [])
    let mails = found.compactMap { $0.reply?.payload?.byteCount }
    #expect(mails == [44, 2_116, 12, 2_116])
  }

  @Test func `of FTP have tshark's commands and codes`() throws {
    let found = try commands("ftp-pyftpdlib-vsftpd", .ftp)
    let tshark = try tshark(
      "ftp-pyftpdlib-vsftpd", "ftp", ["ftp.request.command", "ftp.response.code"],
      options: ["-d", "tcp.port==2121,ftp"])
    #expect(found.compactMap(\.command).map { text($0.verb) }.sorted() == tshark.flatMap { $0[0] }.sorted())
    let codes = statuses(found)
    #expect(Set(codes) == Set(tshark.flatMap { $0[1] }))
    #expect(found.contains { $0.dataEndpoint != nil })
  }

  @Test func `of Redis have tshark's errors`() throws {
    let found = try commands("redis", .redis)
    let tshark = try tshark("redis", "resp", ["resp.error"])
    let errors = found.compactMap(\.reply).filter(\.isError).map { text($0.code ?? []) + " " + text($0.text) }
    #expect(errors.count == 3)
    let trimmed = tshark.flatMap { $0[0] }.map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(Set(errors).subtracting(trimmed) == [])
    let sent = found.compactMap { $0.command?.payload?.byteCount }
    let received = found.compactMap { $0.reply?.payload?.byteCount }
    #expect(sent == [3_000])
    #expect(received.contains(3_000))
  }

  @Test func `of PostgreSQL have tshark's queries, tags and errors`() throws {
    let found = try commands("postgresql", .postgresql)
    let tshark = try tshark("postgresql", "pgsql", ["pgsql.query", "pgsql.tag", "pgsql.code"])
    let queries = found.compactMap(\.command).filter { text($0.verb) == "Query" }
    #expect(
      Set(queries.map { text($0.arguments).trimmed }).subtracting(tshark.flatMap { $0[0].map(\.trimmed) })
        == [])
    let tags = found.filter { $0.command != nil }.compactMap(\.reply).filter { !$0.isError }
      .map { text($0.status) }.filter { !["", "AuthenticationOk", "S", "N", "EmptyQuery"].contains($0) }
      .flatMap { $0.components(separatedBy: "; ") }
    #expect(tags.sorted() == tshark.flatMap { $0[1] }.sorted())
    let errors = found.compactMap(\.reply).filter(\.isError).compactMap(\.code).map(text)
    #expect(errors.sorted() == tshark.flatMap { $0[2] }.filter { $0 != "00000" }.sorted())
  }

  @Test(arguments: Fixtures.files(in: "commands").filter { $0.hasSuffix(".pcap") })
  func `leave no byte unread but those of data connections and replicas`(name: String) throws {
    let known = ["redis.replication", "imap.compressed"]
    for exchange in try exchanges(String(name.dropLast(5))) {
      guard case .opaque = exchange.content, !exchange.findings.contains(where: { known.contains($0.code) })
      else { continue }
      #expect(name.hasPrefix("ftp") || name.hasPrefix("imap"), "\(exchange)")
    }
  }

  private func exchanges(_ name: String) throws -> [Exchange] {
    var inspector = Inspector(services: ContentServices.system)
    var found: [Exchange] = []
    let path = Fixtures.folder.appending(path: "commands/\(name).pcap").path
    _ = try RecordingReplayer(path: path).replay { event, packet in
      inspector.receive(event, packet: packet) {
        if case .exchange(let exchange, _) = $0 { found.append(exchange) }
      }
    }
    return found
  }

  private func commands(_ name: String, _ dialect: CommandExchange.Dialect) throws -> [CommandExchange] {
    try exchanges(name).sorted { ($0.session.rawValue, $0.index) < ($1.session.rawValue, $1.index) }
      .compactMap {
        if case .command(let command) = $0.content, command.dialect == dialect { command } else { nil }
      }
  }

  /// The values of fields, a line a packet.
  private func tshark(
    _ name: String, _ filter: String, _ fields: [String], options: [String] = []
  ) throws -> [[[String]]] {
    let run = try ToolRun(
      [
        "tshark", "-n", "-r", Fixtures.folder.appending(path: "commands/\(name).pcap").path, "-Y", filter,
        "-T",
        "fields", "-E", "separator=/t", "-E", "aggregator=\u{1f}",
      ] + options + fields.flatMap { ["-e", $0] })
    try #require(run.status == 0, "\(run.errors)")
    return run.text.split(separator: "\n", omittingEmptySubsequences: true).map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map { cell in
        cell.split(separator: "\u{1f}").map(String.init)
      }
    }
  }

  /// All statuses of the server, in order.
  private func statuses(_ found: [CommandExchange]) -> [String] {
    found.flatMap { exchange -> [[UInt8]] in
      let interim = exchange.interim.filter { $0.sender == .server }.map(\.status)
      return interim + (exchange.reply.map { [$0.status] } ?? [])
    }.map(text)
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
