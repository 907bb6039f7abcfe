import ArgumentParser
import CommandSupport
import Sandbox
import Settings

struct ServeCommand: ParsableCommand, HelpEnding {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Record what the whole host says to the network, decrypted.",
    usage: "relay serve [options]",
    discussion: """
      Firewall rules send the traffic of this machine's programs to the relay: your own, as in the example below, or those \
      that it sets with --with-rules. Plain TCP and TLS are told apart by their first bytes; TLS is taken off with a CA \
      that 'relay ca init' makes and 'relay ca install' has the machine trust. DNS goes to the nameservers. Started as \
      root, the service drops to a user of its own once its sockets are open.

      Every option is also a key of the file of settings, and an environment variable (--tcp-port is tcp_port and \
      WIRETAPE_TCP_PORT): options override the environment, which overrides the file. SIGHUP reads the settings again; \
      SIGTERM lets sessions end and stops.
      """)

  static let helpEnding = """
    EXIT STATUS:
      0   it was told to end; with --check-config: the settings are fine
      2   it failed, or the settings are not fine
      64  the command line makes no sense

    EXAMPLES:
      Record every user's traffic but root's, by rules of your own (for IPv6 the
      same with ip6tables):

        # relay ca init && relay ca install
        # relay serve -w /var/lib/wiretape/recordings &
        # iptables -t nat -A OUTPUT -p tcp -d 0.0.0.0/0 --dport 80 -j REDIRECT --to-port 51080 -m owner ! --uid-owner root
        # iptables -t nat -A OUTPUT -p tcp -d 0.0.0.0/0 --dport 443 -j REDIRECT --to-port 51443 -m owner ! --uid-owner root
        # iptables -t nat -A OUTPUT -p udp -d 8.8.4.4 --dport 53 -j REDIRECT --to-port 51053 -m owner ! --uid-owner root
        # iptables -t nat -A OUTPUT -p udp -d 8.8.8.8 --dport 53 -j REDIRECT --to-port 51053 -m owner ! --uid-owner root

      Record everybody's, root's too, by rules that come and go with the service:

        # relay serve --with-rules --all-users -w /var/lib/wiretape/recordings

      Check a file of settings before the service reads it:

        $ relay serve --check-config --config relay.yaml
    """

  @OptionGroup(title: "Settings")
  var options: SettingsOptions

  @OptionGroup(title: "Listening")
  var listening: ListenOptions

  @OptionGroup(title: "DNS")
  var dns: DNSOptions

  @OptionGroup(title: "Recording")
  var recording: ServeRecordingOptions

  @OptionGroup(title: "Interception")
  var interception: ServeInterceptionOptions

  @OptionGroup(title: "Firewall rules")
  var rules: ServeRulesOptions

  @OptionGroup(title: "Time-outs")
  var timeouts: TimeoutOptions

  @OptionGroup(title: "Service")
  var service: ServiceOptions

  func run() throws {
    let source = SettingsSource(
      flags: givenFlags, environment: CallerEnvironment.variables(),
      file: options.config.map(GivenFlags.absolute))
    let loaded = try load(source)
    if options.checkConfig {
      print(
        loaded.file.map { "\(TerminalText.escaped($0)): fine" }
          ?? "\(source.file): not there; the defaults are fine")
    } else if options.printConfig {
      print(loaded.yaml, terminator: "")
    } else {
      throw ExitCode(try ServeRun(loaded, source: source).run())
    }
  }

  private var givenFlags: [SettingFlag] {
    var given = GivenFlags()
    listening.add(to: &given)
    dns.add(to: &given)
    recording.add(to: &given)
    interception.add(to: &given)
    rules.add(to: &given)
    timeouts.add(to: &given)
    service.add(to: &given)
    return given.flags
  }

  /// Says everything that is wrong, one line each.
  private func load(_ source: SettingsSource) throws -> LoadedSettings {
    let diagnostics = Diagnostics(tool: "relay")
    do throws(SettingsError) {
      let loaded = try source.load()
      for warning in loaded.warnings { diagnostics.warning(warning.description) }
      return loaded
    } catch {
      for warning in error.warnings { diagnostics.warning(warning.description) }
      for problem in error.problems.dropLast() { diagnostics.error(problem.description) }
      throw CommandFailure(
        error.problems.last?.description ?? "the settings cannot be read",
        hint: error.isUsage ? "see 'relay serve --help'" : "every setting stands in relay.yaml(5)",
        status: error.isUsage ? ExitStatus.usage : ExitStatus.failure)
    }
  }
}
