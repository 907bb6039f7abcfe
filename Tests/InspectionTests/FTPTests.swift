import Inspection
import SessionEvents
import TestSupport
import Testing

@Suite struct FTP {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var story: String
    var told: [String]
  }

  static let cases = [
    Case(
      testDescription: "a typical session, with preliminary replies (RFC 959 §5.4, §7)",
      story: """
        S: 220-Welcome to
        S:  the FTP server
        S: 220-still
        S: 220 ready
        C: USER Dumb
        S: 331 User name ok, need password
        C: PASS Dumber
        S: 230 User logged in
        C: PORT 192,0,2,1,195,80
        S: 200 PORT command ok
        C: RETR test.pl1
        S: 150 File status okay; about to open data connection
        S: 226 Closing data connection, file transfer successful
        C: TYPE I
        S: 200 Command OK
        C: STOR /usr/dm/pathname
        S: 550 Access denied
        C: QUIT
        S: 221 Goodbye
        """,
      told: [
        "← 220 (4) Welcome to| the FTP server|still|ready", "USER Dumb → 331 User name ok, need password",
        "PASS Dumber → 230 User logged in", "PORT 192,0,2,1,195,80 @192.0.2.1:50000 → 200 PORT command ok",
        "RETR test.pl1 < 150 File status okay; about to open data connection "
          + "→ 226 Closing data connection, file transfer successful",
        "TYPE I → 200 Command OK", "STOR /usr/dm/pathname → 550! Access denied", "QUIT → 221 Goodbye",
      ]),
    Case(
      testDescription: "the addresses of passive and extended modes (RFC 2428, RFC 1123 §4.1.2.6)",
      story: """
        S: 220 ProFTPD Server (Debian) [::ffff:127.0.0.1]
        C: EPRT |1|132.235.1.2|6275|
        S: 200 ok
        C: EPRT |2|1080::8:800:200C:417A|5282|
        S: 522 Network protocol not supported, use (1)
        C: EPSV
        S: 229 Entering Extended Passive Mode (|||6446|)
        C: PASV
        S: 227 Entering Passive Mode (10,0,0,1,4,1)
        C: PASV
        S: 227 =10,0,0,1,4,2
        C: PORT 1,2,3
        S: 501 nonsense
        """,
      told: [
        "← 220 ProFTPD Server (Debian) [::ffff:127.0.0.1]",
        "EPRT |1|132.235.1.2|6275| @132.235.1.2:6275 → 200 ok",
        "EPRT |2|1080::8:800:200C:417A|5282| @[1080::8:800:200c:417a]:5282 "
          + "→ 522! Network protocol not supported, use (1)",
        "EPSV @198.51.100.7:6446 → 229 Entering Extended Passive Mode (|||6446|)",
        "PASV @10.0.0.1:1025 → 227 Entering Passive Mode (10,0,0,1,4,1)",
        "PASV @10.0.0.1:1026 → 227 =10,0,0,1,4,2", "PORT 1,2,3 → 501! nonsense",
      ]),
    Case(
      testDescription: "STAT within a transfer, a delayed greeting",
      story: """
        S: 120 Service ready in 1 minute
        S: 220 FTP ready
        C: FEAT
        S: 211-Features:
        S:  MDTM
        S: 211 End
        C: RETR big
        S: 150 opening
        C: STAT
        S: 213 so far so good
        S: 226 done
        """,
      told: [
        "← 120 Service ready in 1 minute", "← 220 FTP ready", "FEAT → 211 (3) Features:| MDTM|End",
        "STAT → 213 so far so good", "RETR big < 150 opening → 226 done",
      ]),
    Case(
      testDescription: "authentication by GSSAPI (RFC 2228)",
      story: """
        S: 220 ready
        C: AUTH GSSAPI
        S: 334 Using authentication type GSSAPI
        C: ADAT YGgGCSqGSIb3
        S: 235 ADAT=YGwGCSqG
        C: USER alice
        S: 232 welcome
        """,
      told: [
        "← 220 ready", "AUTH GSSAPI → 334 Using authentication type GSSAPI",
        "ADAT YGgGCSqGSIb3 → 235 ADAT=YGwGCSqG", "USER alice → 232 welcome",
      ]),
  ]

  @Test(arguments: cases) func `is told as commands and replies, wherever it is split`(_ test: Case) {
    let events = story(test.story)
    #expect(told(events) == test.told)
    #expect(splittingDifference(events) == nil)
  }

  @Test func `passes over Telnet in front of a command (RFC 959 §3.1)`() {
    var script = EventScript()
    script.server("220 FTP\r\n")
    script.client("RETR x\r\n")
    script.server("150 go\r\n")
    script.client([0xff, 0xf4, 0xff, 0xf2] + Array("ABOR\r\n".utf8))
    script.server("426 aborted\r\n226 done\r\n")
    script.client([0xff, 0xfd, 6, 0xff, 0xff] + Array("\r\nCWD a".utf8) + [0xff, 0xff, 0x0d, 0x0a])
    script.finish()
    let found = told(script.events)
    #expect(found[1] == "RETR x < 150 go → 426! aborted")
    #expect(found[2] == "ABOR → 226 done")
    #expect(splittingDifference(script.events) == nil)
  }

  @Test func `shows the TLS behind AUTH TLS (RFC 4217)`() {
    var script = EventScript()
    script.server("220 FTP\r\n")
    script.client("AUTH TLS\r\n")
    script.server("234 go\r\n")
    script.client(CapturedHellos.grease)
    script.finish()
    #expect(told(script.events) == ["← 220 FTP", "AUTH TLS → 234 go", "hello secure.adnxs.com"])
    #expect(splittingDifference(script.events) == nil)
    let refused = story(
      """
      S: 220 FTP
      C: AUTH TLS
      C: USER a
      S: 502 no
      S: 331 ok
      """)
    #expect(told(refused) == ["← 220 FTP", "AUTH TLS → 502! no", "USER a → 331 ok"])
    #expect(splittingDifference(refused) == nil)
  }
}
