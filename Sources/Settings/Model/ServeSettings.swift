/// Everything that `relay serve` can be told, with its defaults.
package struct ServeSettings: Hashable, Sendable {
  package var listening = ListenSettings()
  package var dns = DNSSettings()
  package var recording = RecordingSettings()
  package var interception = InterceptionSettings()
  package var rules = RulesSettings()
  package var timeouts = TimeoutSettings()
  package var service = ServiceSettings()

  package init() {}
}
