import Testing

@testable import Settings

@Suite struct `A difference of settings` {
  @Test func `is empty between equals`() {
    let difference = SettingsDifference(from: ServeSettings(), to: ServeSettings())
    #expect(difference.isEmpty)
    #expect(difference.applied == ServeSettings())
  }

  @Test func `tells what a running relay follows`() throws {
    let old = ServeSettings()
    var new = old
    new.listening.tcpPort = 1
    new.interception.bypass = ["a.example"]
    new.timeouts.idle = .seconds(9)
    new.rules.allUsers = true
    new.recording.rotateSize = nil
    let difference = SettingsDifference(from: old, to: new)
    #expect(difference.applicable == ["rotate_size", "bypass", "timeouts.idle"])
    #expect(difference.needingRestart == ["tcp_port", "rules.all_users"])
    var expected = new
    expected.listening.tcpPort = old.listening.tcpPort
    expected.rules.allUsers = false
    #expect(difference.applied == expected)
  }

  @Test func `knows of every key whether a reload is enough`() {
    #expect(
      SettingKeys.all.filter(\.isApplicable).map(\.path) == [
        "nameservers", "dns_attempts", "rotate_size", "rotate_every", "max_total", "on_record_failure",
        "upstream_ca",
        "on_bad_certificate", "bypass", "timeouts.connect", "timeouts.handshake", "timeouts.idle",
        "timeouts.dns", "timeouts.dns_idle", "timeouts.drain", "log_level", "max_sessions",
      ])
  }
}
