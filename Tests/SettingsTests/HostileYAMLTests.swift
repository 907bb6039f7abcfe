import TestSupport
import Testing
import YAMLText

@testable import Settings

@Suite(.timeLimit(.minutes(1)))
struct `A hostile file of settings` {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var bytes: [UInt8]
    /// What the first problem says.
    var problem: String

    init(_ name: String, _ text: String, _ problem: String) {
      self.init(name, bytes: Array(text.utf8), problem)
    }

    init(_ name: String, bytes: [UInt8], _ problem: String) {
      self.name = name
      self.bytes = bytes
      self.problem = problem
    }

    var testDescription: String { name }
  }

  private static func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  /// Nine levels of ten aliases each.
  private static let bomb =
    "a0: &a0 [x]\n"
    + (1...9).map { level in
      "a\(level): &a\(level) [\(repeated("*a\(level - 1),", 10))]\n"
    }.joined()

  static let cases = [
    Case("aliases of aliases", bomb, "FILE:1: anchors such as '&a0' are not supported: write the value out"),
    Case(
      "aliases of aliases as a key", "{&a [x]: 1, ? [*a, *a] : 2}",
      "FILE:1: anchors such as '&a' are not supported: write the value out"),
    Case(
      "an anchor behind what looks like a comment", "\"x\n # y\": &a [x]\n",
      "FILE:2: anchors such as '&a' are not supported: write the value out"),
    Case(
      "an anchor behind a comment that a CR ends", "# x\r&a b: 1\n",
      "FILE:1: anchors such as '&a' are not supported: write the value out"),
    Case(
      "an anchor behind a comment that a NEL ends", "# x\u{85}&a b: 1\n",
      "FILE:1: anchors such as '&a' are not supported: write the value out"),
    Case(
      "an anchor behind a comment that a line separator ends", "# x\u{2028}&a b: 1\n",
      "FILE:1: anchors such as '&a' are not supported: write the value out"),
    Case(
      "an alias of nothing", "a: *b",
      "FILE:1: '*' begins an alias in YAML: quote the value, as '*.example.com'"),
    Case(
      "lists in lists", repeated("[", 100_000),
      "FILE:1: lists and maps are nested too deeply"),
    Case(
      "maps in maps", (0..<1_200).map { repeated(" ", $0) + "a:\n" }.joined(),
      "FILE:1000: lists and maps are nested too deeply"
    ),
    Case(
      "lists in lists, deep but closed", repeated("[", 900) + repeated("]", 900),
      "FILE:1: the file does not hold settings: write lines such as 'tcp_port: 51080'"),
    Case(
      "keys in keys", repeated("{? ", 900) + repeated("}", 900),
      "FILE:1: keys that begin with '?' are not supported: write 'key: value'"),
    Case(
      "keys in keys without a mark", repeated("{", 100) + "a" + repeated("}: 1", 100),
      "FILE:1: a key must be one word"),
    Case("a file over 1 MiB", repeated("#\n", 1 << 19) + "#", "FILE: the file is larger than 1 MiB"),
    Case(
      "many keys", (0..<80_000).map { "a\($0): 1\n" }.joined(), "FILE:1: unknown key 'a0'"),
    Case("one long key", repeated("a", 1_000) + ": 1", "FILE:1: unknown key '\(repeated("a", 80))...'"),
    Case(
      "one value of 1 MiB", "write: " + repeated("a", 1_000_000),
      "FILE:1: write: the value is longer than 4096 bytes"),
    Case("a NUL", bytes: Array("tcp_port: 1\n".utf8) + [0], "FILE:2: not a text file: byte 0x0 stands in it"),
    Case("an escape", "tcp_port: \u{1b}[0m1", "FILE:1: not a text file: byte 0x1b stands in it"),
    Case(
      "a program", bytes: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0],
      "FILE:1: not a text file: byte 0x7f stands in it"),
    Case(
      "UTF-16", bytes: [0xff, 0xfe, 0x61, 0x00, 0x3a, 0x00], "FILE:1: not a text file: byte 0x0 stands in it"),
    Case(
      "Latin-1", bytes: Array("write: /M".utf8) + [0xfc] + Array("ll".utf8), "FILE: not a text file in UTF-8"),
    Case("half a character", bytes: [0x61, 0x3a, 0x20, 0xe2, 0x82], "FILE: not a text file in UTF-8"),
    Case(
      "half a surrogate pair", "write: \"\\ud800\"",
      "FILE:1: not YAML: while parsing a quoted scalar: found invalid Unicode character escape code"),
    Case(
      "a value over many lines", "write: |\n  /a\n  b\n",
      "FILE:1: write: a control character stands in the value"),
    Case(
      "a directive without a document", "%YAML 1.1\n",
      "FILE:2: not YAML: did not find expected <document start>"),
    Case("another YAML", "%YAML 9.9\n---\na: 1", "FILE:1: not YAML: found incompatible YAML document"),
  ]

  @Test(arguments: cases)
  func `is refused in one line, soon`(_ test: Case) throws {
    let problems = try SettingsTrial(yaml: test.bytes).problems()
    #expect(problems.first == test.problem)
  }

  @Test func `never makes the reader trap`() throws {
    var random = SeededRandom(seed: 0x5e77)
    let alphabet = Array("ab:-?[]{},&*#!|>'\"%@` \t\n\r~0\\.<".utf8) + [0xc2, 0x85, 0xe2, 0x80, 0xa8]
    for _ in 0..<3_000 {
      let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      do throws(FileFailure) {
        var reader = try YAMLSettings(bytes: bytes)
        reader.read()
        #expect(reader.entries == [:])
      } catch {
        #expect(!error.reason.isEmpty)
      }
    }
  }

  @Test func `hides no anchor that the parser would see`() throws {
    var random = SeededRandom(seed: 0xa2c4)
    let pieces = [
      "&a", " ", "\n", "#", "\"", "'", ": ", "- ", "[", "]", "{", "}", ",", "? ", "x", "\r", "|", "\u{85}",
      "\u{feff}", "/", "%", "@", "!", "-",
    ]
    var anchors = 0
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 1..<12, using: &random)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }.joined()
      // What the parser makes of the text if the anchor is an alias instead: it cannot resolve it, and says so.
      let asAlias = text.split(separator: "&a", omittingEmptySubsequences: false).joined(separator: "*a")
      guard asAlias != text, case .failure(let failure) = Self.parsed(asAlias),
        failure.reason.contains("alias")
      else { continue }
      anchors += 1
      #expect(UnwantedTokens.first(in: Array(text.utf8)) != nil, "\(text.debugDescription)")
    }
    #expect(anchors > 500)
  }

  private static func parsed(_ text: String) -> Result<Void, FileFailure> {
    do throws(FileFailure) {
      _ = try YAMLDocument.parse(Array(text.utf8))
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  struct Comment: CustomTestStringConvertible, Sendable {
    var text: String
    var testDescription: String { text }
  }

  @Test(arguments: [
    Comment(text: "# R&D, Müller & Co, see &name"), Comment(text: "tcp_port: 1 # &name"),
    Comment(text: "write: /a&b"), Comment(text: "# é &x"),
  ])
  func `is not what a comment makes`(_ test: Comment) {
    #expect(UnwantedTokens.first(in: Array(test.text.utf8)) == nil)
  }
}
