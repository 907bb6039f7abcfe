import Testing

/// Clients that know nothing of the relay reach an origin that the system's trust store vouches for.
@Suite struct `Clients without any set-up` {
  struct Case: CustomTestStringConvertible {
    var name: String
    var script: String
    /// The path that must be seen in the recording.
    var path = "/answer.json"
    var shows = "\"answer\": 42"

    var testDescription: String { name }
  }

  static let url = "https://www.wiretape.test/answer.json"

  static let clients = [
    Case(name: "curl", script: "curl -sS \(url)"),
    Case(name: "wget", script: "wget -nv -O - \(url)"),
    Case(
      name: "Python urllib",
      script: "/usr/bin/python3 -c 'import urllib.request as u; print(u.urlopen(\"\(url)\").read().decode())'"
    ),
    Case(
      name: "Python requests",
      script: "/usr/bin/python3 -c 'import requests; print(requests.get(\"\(url)\").text)'"),
    Case(
      name: "git", script: "git clone -q https://git.wiretape.test/repository.git r && cat r/README",
      path: "/repository.git/info/refs", shows: "A line that compresses well"),
    Case(
      name: "Node",
      script: "node -e 'require(\"https\").get(\"\(url)\", r => r.pipe(process.stdout))'"),
    Case(name: "Java", script: "cat >Fetch.java <<'END'\n\(javaProgram)\nEND\njava Fetch.java \(url)"),
    Case(
      name: "openssl s_client",
      script: """
        printf 'GET /answer.json HTTP/1.0\\r\\nHost: www.wiretape.test\\r\\n\\r\\n' |
          openssl s_client -quiet -verify_return_error -verify_hostname www.wiretape.test \
            -connect www.wiretape.test:443 -servername www.wiretape.test
        """),
  ]

  static let javaProgram = """
    public class Fetch {
      public static void main(String[] arguments) throws Exception {
        try (var body = new java.net.URL(arguments[0]).openStream()) { body.transferTo(System.out); }
      }
    }
    """

  @Test(arguments: clients, User.allCases)
  func `reach the origin, and are recorded in the clear`(client: Case, user: User) throws {
    let recorded = try Recorded(script: client.script, as: user)
    try #require(recorded.output.status == 0, "\(recorded.output)")
    #expect(recorded.output.stdout.contains(client.shows), "\(recorded.output)")
    let fields = "-e http.request.uri -e http2.headers.path"
    let requests = try recorded.tshark("-Y 'http.request or http2.headers.path' -T fields \(fields)")
    #expect(requests.stdout.contains(client.path), "\(requests)")
  }

  @Test(arguments: User.allCases) func `keep their user and get no capability`(user: User) throws {
    let script = "id -u; grep -E 'Cap(Inh|Amb):' /proc/self/status"
    let recorded = try Recorded(script: script, as: user)
    let lines = recorded.output.lines
    try #require(lines.count == 3, "\(recorded.output)")
    #expect(lines[0] == String(user.rawValue))
    #expect(lines.dropFirst().allSatisfy { $0.hasSuffix("0000000000000000") }, "\(recorded.output)")
  }
}
