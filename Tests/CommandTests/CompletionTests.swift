import Foundation
import TestSupport
import Testing

@Suite struct `Completions` {
  struct Case: CustomTestStringConvertible, Sendable {
    /// What was typed, the last word being the one to complete.
    var words: [String]
    var offers: [String]

    var testDescription: String { words.joined(separator: " ") }
  }

  static let cases = [
    Case(words: ["relay", "ru"], offers: ["run", "rules"]),
    Case(words: ["relay", "serve", "--rotate-"], offers: ["--rotate-size", "--rotate-every"]),
    Case(words: ["relay", "serve", "--on-bad-certificate", ""], offers: ["mirror", "reject", "accept"]),
    Case(words: ["relay", "serve", "--backend", "i"], offers: ["iptables"]),
    Case(words: ["relay", "serve", "--config", "rel"], offers: ["relay.yaml"]),
    Case(words: ["relay", "serve", "-w", "re"], offers: ["recordings", "relay.yaml"]),
    Case(words: ["relay", "ca", "show", "--directory", "re"], offers: ["recordings"]),
    Case(words: ["relay", "run", "-w", "fi"], offers: ["first.pcap"]),
    Case(words: ["replay", "show", "fi"], offers: ["first.pcap"]),
    Case(words: ["replay", "s"], offers: ["show", "stats"]),
    Case(words: ["replay", "stats", "--by", "pro"], offers: ["protocol", "process"]),
    Case(words: ["replay", "list", "--protocol", "http"], offers: ["http", "http/1"]),
    Case(words: ["replay", "c"], offers: ["check"]),
    Case(words: ["replay", "check", "--no-"], offers: ["--no-cache"]),
    Case(words: ["replay", "check", "--canon", "re"], offers: ["recordings", "relay.yaml"]),
    Case(words: ["replay", "diff", "fi"], offers: ["first.pcap"]),
    Case(words: ["replay", "to"], offers: ["torture"]),
    Case(words: ["replay", "torture", "--output", "re"], offers: ["recordings"]),
    Case(words: ["replay", "verify", "re"], offers: ["recordings", "relay.yaml"]),
  ]

  @Test(arguments: cases) func `offer words and files in bash`(_ testCase: Case) throws {
    let directory = try TemporaryDirectory()
    let program = testCase.words[0]
    let script = try Tool(program).run(["--generate-completion-script", "bash"]).output
    let path = try directory.write(Array(script.utf8), to: "script")
    let result = try ToolRun(
      ["env", "-C", directory.url.path, "bash", "-c", Self.completing, path] + testCase.words)
    #expect(result.errors == "")
    #expect(Set(result.lines.map(String.init)) == Set(testCase.offers))
  }

  /// What bash does when the tabulator key is pressed.
  private static let completing = #"""
    mkdir recordings
    touch relay.yaml first.pcap
    source "$0"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
    COMP_POINT=${#COMP_LINE}
    "_$1" "$1" "${!#}" "${@: -2:1}" 2>/dev/null
    printf '%s\n' "${COMPREPLY[@]}"
    """#
}
