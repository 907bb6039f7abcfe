import Inspection
import TestSupport
import Testing

@testable import Replay

@Suite struct `Redaction of secrets` {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var value: String
    var redacted: String

    var testDescription: String { "\(name): \(value)" }
  }

  static let fields = [
    Case(name: "Authorization", value: "Basic dXNlcjpwYXNz", redacted: "Basic REDACTED"),
    Case(name: "authorization", value: "opaque", redacted: "REDACTED"),
    Case(name: "Proxy-Authorization", value: "Bearer a b", redacted: "Bearer REDACTED"),
    Case(name: "Cookie", value: "a=1; b=2; c", redacted: "a=REDACTED; b=REDACTED; REDACTED"),
    Case(name: "Set-Cookie", value: "a=1; Path=/; Secure", redacted: "a=REDACTED; Path=/; Secure"),
    Case(name: "X-Api-Key", value: "k", redacted: "REDACTED"),
    Case(name: "x-goog-api-key", value: "k", redacted: "REDACTED"),
    Case(name: "X-CSRF-Token", value: "t", redacted: "REDACTED"),
    Case(name: "X-Amz-Security-Token", value: "t", redacted: "REDACTED"),
    Case(
      name: "Referer", value: "https://a.test/?access_token=x&q=1",
      redacted: "https://a.test/?access_token=REDACTED&q=1"),
    Case(name: "Location", value: "/next?q=1", redacted: "/next?q=1"),
    Case(name: "Authorization", value: "", redacted: ""),
    Case(name: "User-Agent", value: "token/1", redacted: "token/1"),
    Case(name: "Authority", value: "a", redacted: "a"),
    Case(name: "Keep-Alive", value: "timeout=5", redacted: "timeout=5"),
  ]

  @Test(arguments: fields)
  func `knows fields that hold secrets by their names`(_ test: Case) {
    let field = HTTPField(name: Array(test.name.utf8), value: Array(test.value.utf8))
    let redaction = Redaction(isOn: true)
    #expect(String(decoding: redaction.fields([field])[0].value, as: UTF8.self) == test.redacted)
    let counting = Redaction(isOn: false)
    #expect(counting.fields([field]) == [field])
    #expect(counting.count == redaction.count)
    #expect((counting.count > 0) == (test.value != test.redacted))
  }

  static let targets = [
    Case(name: "", value: "/login?user=u&password=p%20q&x", redacted: "/login?user=u&password=REDACTED&x"),
    Case(name: "", value: "/?%70assword=p", redacted: "/?%70assword=REDACTED"),
    Case(name: "", value: "/?api_key=1#f", redacted: "/?api_key=REDACTED#f"),
    Case(name: "", value: "/?token=", redacted: "/?token="),
    Case(name: "", value: "http://u:p@a.test/x@y", redacted: "http://REDACTED@a.test/x@y"),
    Case(name: "", value: "/monkey?monkey=1&design=2", redacted: "/monkey?monkey=1&design=2"),
  ]

  @Test(arguments: targets)
  func `knows parameters of a query, and the user before a host`(_ test: Case) {
    let redaction = Redaction(isOn: true)
    #expect(String(decoding: redaction.target(Array(test.value.utf8)), as: UTF8.self) == test.redacted)
  }

  static let bodies = [
    Case(
      name: "application/x-www-form-urlencoded", value: "user=u&password=p",
      redacted: "user=u&password=REDACTED"),
    Case(
      name: "application/json", value: #"{"user":"u","password" : "p\"q","n":1}"#,
      redacted: #"{"user":"u","password" : "REDACTED","n":1}"#),
    Case(
      name: "application/vnd.x+json; charset=utf-8", value: #"[{"a":{"refreshToken":"x"}},{"pin":1234}]"#,
      redacted: #"[{"a":{"refreshToken":"REDACTED"}},{"pin":"REDACTED"}]"#),
    Case(
      name: "application/json", value: #"{"tokens":["a","b]"],"secret":{"a":1},"b":2}"#,
      redacted: #"{"tokens":"REDACTED","secret":"REDACTED","b":2}"#),
    Case(
      name: "application/json", value: #"{"password":null,"token":"","note":"password"}"#,
      redacted: #"{"password":null,"token":"","note":"password"}"#),
    Case(
      name: "application/json", value: #"{"p\u0061ssword":"x"}"#, redacted: #"{"p\u0061ssword":"REDACTED"}"#),
    Case(name: "application/json", value: #"{"password":"cut sh"#, redacted: #"{"password":"REDACTED""#),
    Case(name: "application/json", value: #"{"token":["cut"#, redacted: #"{"token":"REDACTED""#),
    Case(name: "application/json", value: #"{"token"#, redacted: #"{"token"#),
    Case(name: "text/plain", value: #" {"token":"x"}"#, redacted: #" {"token":"x"}"#),
    Case(name: "", value: #"{"token":"x"}"#, redacted: #"{"token":"REDACTED"}"#),
    Case(
      name: "multipart/form-data; boundary=xx",
      value:
        "--xx\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\np\r\nq\r\n--xx\r\ncontent-disposition: form-data; name=a\r\n\r\nb\r\n--xx--\r\n",
      redacted:
        "--xx\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nREDACTED\r\n--xx\r\ncontent-disposition: form-data; name=a\r\n\r\nb\r\n--xx--\r\n"
    ),
    Case(
      name: "multipart/form-data; boundary=xx",
      value: "--xx\r\nContent-Disposition: form-data; name=secret\r\n\r\ncut",
      redacted: "--xx\r\nContent-Disposition: form-data; name=secret\r\n\r\nREDACTED"),
    Case(
      name: "text/html", value: "<input name=password value=p>", redacted: "<input name=password value=p>"),
  ]

  @Test(arguments: bodies)
  func `knows fields of forms and members of JSON`(_ test: Case) {
    let redaction = Redaction(isOn: true)
    let type = test.name.isEmpty ? nil : Array(test.name.utf8)
    let redacted = redaction.body(Array(test.value.utf8), contentType: type)
    #expect(String(decoding: redacted, as: UTF8.self) == test.redacted)
    #expect((redaction.count > 0) == (test.value != test.redacted))
  }

  @Test func `survives bytes that are neither JSON nor a form`() {
    var random = SeededRandom(seed: 8)
    let alphabet = Array("\"\\{}[]:,-=&%\r\n password u0061".utf8) + [0, 0xff]
    for type in ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=-"] {
      for _ in 0..<3_000 {
        let bytes = (0..<Int(random.next() % 60)).map { _ in
          alphabet[Int(random.next() % UInt64(alphabet.count))]
        }
        let counting = Redaction(isOn: false)
        #expect(counting.body(bytes, contentType: Array(type.utf8)) == bytes)
        _ = Redaction(isOn: true).body(bytes, contentType: Array(type.utf8))
      }
    }
  }
}
