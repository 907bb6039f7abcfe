import Testing

@Suite struct `relay rules help` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var help: String

    var testDescription: String { "relay \(arguments.joined(separator: " "))" }
  }

  static let cases = [
    Case(
      arguments: ["rules", "--help"],
      help: #"""
        OVERVIEW: Redirect this machine's own traffic to 'relay serve', by firewall
        rules.

        TCP to ports 80 and 443, and DNS, go to the relay's ports. QUIC (UDP to port
        443) is refused at once, so that programs fall back to TCP. IPv4 and IPv6 are
        treated alike.

        Left alone is what the machine only forwards, what goes to the machine itself,
        what belongs to no program (a tunnel in the kernel), and what carries the
        relay's mark. Since the mark keeps the relay's own connections from coming back
        to it, root's traffic can be redirected, too.

        A resolver on this machine, such as 127.0.0.53, is left alone by default; what
        it asks other machines is redirected like any program's, if its user is
        selected. With '--dns original' the queries to it are redirected as well, so
        that each program is seen asking. That is for a relay which sends each query on
        to the server it was meant for: one with nameservers of its own must not have
        that resolver among them, whose queries would go round in a circle.

        The rules stand in a table of their own (nft) or in chains of their own
        (iptables), before those of others, which are not touched. 'relay serve
        --with-rules' sets the same rules while it runs.

        USAGE: relay rules <subcommand>

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          print                   Print the rules as a script, to read, or to run
                                  instead of 'apply'.
          apply                   Set the rules, in place of any older ones of 'relay
                                  rules'.
          remove                  Remove the rules of 'relay rules' and 'relay serve',
                                  whichever they are.
          status                  Say whether the rules are set, and whole.

          See 'relay help rules <subcommand>' for detailed help.

        EXAMPLE:
          Look at the rules, set them for everyone, root too, and remove them:

            $ relay rules print --all-users
            $ sudo relay rules apply --all-users
            $ sudo relay rules remove

        """#),
    Case(
      arguments: ["rules", "print", "--help"],
      help: #"""
        OVERVIEW: Print the rules as a script, to read, or to run instead of 'apply'.

        With nft it is a script for 'nft -f', with iptables one for 'sh'. It takes no
        privileges to print them. What such a script has set, 'status' and 'remove'
        recognise. For what the rules do and leave alone, see 'relay rules --help'.

        USAGE: relay rules print [options]

        WHOSE TRAFFIC:
          --user <user>           Redirect this user's traffic only, by name or id.
                                  Repeatable. (default: all users but root)
          --all-users             Redirect root's traffic, too.
          --cgroup <path>         Redirect the traffic of this cgroup's processes only,
                                  root's or not: a path below the root of cgroup v2. It
                                  must exist. A service that restarts gets a new
                                  cgroup, so name its slice.

        WHICH TRAFFIC:
          --port <port>           Redirect this TCP port, with or without TLS, besides
                                  80 and 443. Repeatable.
          --dns <queries>         Which DNS queries to redirect: nameservers, those to
                                  other machines; original, those to a resolver on this
                                  machine, too; none. (default: nameservers) (values:
                                  nameservers, original, none)
          --allow-quic            Let QUIC pass, unseen, and with it a VPN over UDP to
                                  port 443.

        RELAY:
          --tcp-port <port>       The relay's port for TCP. (default: 51080)
          --tls-port <port>       The relay's port for what was meant for port 443.
                                  (default: 51443)
          --dns-port <port>       The relay's port for DNS. (default: 51053)
          --mark <number>         The mark of the relay's own connections (SO_MARK).
                                  (default: 0x5754)

        OPTIONS:
          --backend <tool>        The tool for the rules. (default: nft where it is
                                  installed, else iptables) (values: nft, iptables)
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   the rules were printed
          64  the command line makes no sense

        EXAMPLES:
          What 'apply' would do:

            $ relay rules print

          As lines for iptables and ip6tables:

            $ relay rules print --backend iptables >rules.sh

        """#),
    Case(
      arguments: ["rules", "apply", "--help"],
      help: #"""
        OVERVIEW: Set the rules, in place of any older ones of 'relay rules'.

        They stay until they are removed, or the machine restarts. While no relay
        listens, what they redirect is refused. Connections that were open before go on
        as they are. For what the rules do and leave alone, see 'relay rules --help'.

        USAGE: relay rules apply [options]

        WHOSE TRAFFIC:
          --user <user>           Redirect this user's traffic only, by name or id.
                                  Repeatable. (default: all users but root)
          --all-users             Redirect root's traffic, too.
          --cgroup <path>         Redirect the traffic of this cgroup's processes only,
                                  root's or not: a path below the root of cgroup v2. It
                                  must exist. A service that restarts gets a new
                                  cgroup, so name its slice.

        WHICH TRAFFIC:
          --port <port>           Redirect this TCP port, with or without TLS, besides
                                  80 and 443. Repeatable.
          --dns <queries>         Which DNS queries to redirect: nameservers, those to
                                  other machines; original, those to a resolver on this
                                  machine, too; none. (default: nameservers) (values:
                                  nameservers, original, none)
          --allow-quic            Let QUIC pass, unseen, and with it a VPN over UDP to
                                  port 443.

        RELAY:
          --tcp-port <port>       The relay's port for TCP. (default: 51080)
          --tls-port <port>       The relay's port for what was meant for port 443.
                                  (default: 51443)
          --dns-port <port>       The relay's port for DNS. (default: 51053)
          --mark <number>         The mark of the relay's own connections (SO_MARK).
                                  (default: 0x5754)

        OPTIONS:
          --backend <tool>        The tool for the rules. (default: nft where it is
                                  installed, else iptables) (values: nft, iptables)
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   the rules are set
          2   they could not be set; older ones are gone, too, where iptables failed
          64  the command line makes no sense

        EXAMPLES:
          Everyone's traffic, root's too:

            $ sudo relay rules apply --all-users

          One service's, whose programs ask systemd's resolver:

            $ sudo relay rules apply --cgroup /system.slice/shop.slice --dns original

        """#),
    Case(
      arguments: ["rules", "remove", "--help"],
      help: #"""
        OVERVIEW: Remove the rules of 'relay rules' and 'relay serve', whichever they
        are.

        All of nft and of either kind of iptables, whole or damaged. A running 'relay
        serve --with-rules' says that its rules are gone, and does not set them again.

        USAGE: relay rules remove [--service-only]

        OPTIONS:
          --service-only          Leave rules alone that 'relay rules' or a script has
                                  set.
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   no such rule is left, whether there were any or not
          2   they could not be removed
          64  the command line makes no sense

        EXAMPLE:
            $ sudo relay rules remove

        """#),
    Case(
      arguments: ["rules", "status", "--help"],
      help: #"""
        OVERVIEW: Say whether the rules are set, and whole.

        The state is 'none'; 'active', all are there; 'partial', some are gone; or
        'different': they are there, but from other options than those given here, if
        any are, or from another version of relay, or twice.

        USAGE: relay rules status [options]

        WHOSE TRAFFIC:
          --user <user>           Redirect this user's traffic only, by name or id.
                                  Repeatable. (default: all users but root)
          --all-users             Redirect root's traffic, too.
          --cgroup <path>         Redirect the traffic of this cgroup's processes only,
                                  root's or not: a path below the root of cgroup v2. It
                                  must exist. A service that restarts gets a new
                                  cgroup, so name its slice.

        WHICH TRAFFIC:
          --port <port>           Redirect this TCP port, with or without TLS, besides
                                  80 and 443. Repeatable.
          --dns <queries>         Which DNS queries to redirect: nameservers, those to
                                  other machines; original, those to a resolver on this
                                  machine, too; none. (default: nameservers) (values:
                                  nameservers, original, none)
          --allow-quic            Let QUIC pass, unseen, and with it a VPN over UDP to
                                  port 443.

        RELAY:
          --tcp-port <port>       The relay's port for TCP. (default: 51080)
          --tls-port <port>       The relay's port for what was meant for port 443.
                                  (default: 51443)
          --dns-port <port>       The relay's port for DNS. (default: 51053)
          --mark <number>         The mark of the relay's own connections (SO_MARK).
                                  (default: 0x5754)

        OPTIONS:
          --json                  Print one JSON object: v, state, backend,
                                  default_backend, rules, expected_rules, plan,
                                  guarded, detail; what is not known is null.
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   active
          1   none, partial or different
          2   it could not be found out
          64  the command line makes no sense

        EXAMPLES:
            $ sudo relay rules status

          Set them only where they are not as they should be:

            $ sudo relay rules status --all-users || sudo relay rules apply --all-users

        """#),
  ]

  @Test(arguments: cases)
  func `is word for word as documented`(_ test: Case) throws {
    let result = try Tool("relay").run(test.arguments)
    #expect(result.output == test.help)
    #expect(result.status == 0)
  }
}
