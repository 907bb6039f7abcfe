import Testing

@Suite struct `relay serve's help` {
  @Test func `is word for word as documented`() throws {
    let result = try Tool("relay").run(["serve", "--help"])
    #expect(result.output == Self.help)
    #expect(result.status == 0)
  }

  private static let help = #"""
    OVERVIEW: Record what the whole host says to the network, decrypted.

    Firewall rules send the traffic of this machine's programs to the relay: your
    own, as in the example below, or those that it sets with --with-rules. Plain
    TCP and TLS are told apart by their first bytes; TLS is taken off with a CA
    that 'relay ca init' makes and 'relay ca install' has the machine trust. DNS
    goes to the nameservers. Started as root, the service drops to a user of its
    own once its sockets are open.

    Every option is also a key of the file of settings, and an environment variable
    (--tcp-port is tcp_port and WIRETAPE_TCP_PORT): options override the
    environment, which overrides the file. SIGHUP reads the settings again; SIGTERM
    lets sessions end and stops.

    USAGE: relay serve [options]

    SETTINGS:
      --config <file>         Read the settings from this file. (default:
                              /etc/wiretape/relay.yaml, if it exists)
      --check-config          Check the settings, say everything that is wrong with
                              them, and end.
      --print-config          Print the settings that hold, and where each comes
                              from, as YAML, and end.

    LISTENING:
      --listen <addr>         Listen on this address. Repeatable. (default:
                              127.0.0.1, ::1)
      --tcp-port <port>       Port for redirected plain TCP. (default: 51080)
      --tls-port <port>       Port for redirected TLS. (default: 51443)
      --dns-port <port>       Port for redirected DNS, over UDP and TCP. (default:
                              51053)
      --mark <mark>           SO_MARK of the relay's own connections, which 'relay
                              rules' exempts. (default: 0x5754)

    DNS:
      --dns <where>           Who answers redirected DNS: nameservers, or original
                              for the server that was asked. (default: nameservers)
      --nameserver <addr[:port]>
                              Send DNS to this nameserver; several are asked in
                              turn. Repeatable. (default: those of /etc/resolv.conf)
      --dns-attempts <count>  How often a query is sent before the client is told
                              that it failed, 1 to 10. (default: 3)

    RECORDING:
      -w, --write <path>      Record into this directory, whose files rotate, or
                              into one FILE.pcap. (default: none)
      --rotate-size <size>    Begin the next file of a directory at this size.
                              (default: 256MiB)
      --rotate-every <duration>
                              Begin the next file of a directory at this age.
                              (default: 1h)
      --max-total <size>      Delete the oldest closed recordings of the directory
                              above this total. (default: 10GiB)
      --on-record-failure <policy>
                              When the recording fails, as on a full disk: continue
                              relays on without recording, stop ends the service.
                              (default: continue)
      --link-type <type>      Link type of the packets: raw (IP) or ethernet.
                              (default: raw)
      --segment-size <bytes>  Most payload bytes of one TCP segment, 1 to 65495.
                              (default: 65495)
      --port-map <from:to,...>
                              Show sessions decrypted on port FROM on port TO; ''
                              maps nothing. (default: standard)

    INTERCEPTION:
      --ca-directory <directory>
                              Directory of the signing CA that 'relay ca init'
                              makes. (default: /var/lib/wiretape/ca)
      --ca-cert <file>        Sign with this CA certificate (PEM) instead; needs
                              the key, too. (default: none)
      --ca-key <file>         The private key (PEM) of that certificate. (default:
                              none)
      --upstream-ca <file>    Trust the CA certificates in this PEM file for
                              upstream servers, besides the system's. Repeatable.
                              (default: none)
      --on-bad-certificate <policy>
                              What clients see of a bad upstream certificate:
                              mirror shows one with the same defect, reject resets
                              the session, accept shows a good one. (default:
                              mirror)
      --bypass <host>         Relay TLS to this host unread, and record only that
                              it happened; '*.example.com' for all below.
                              Repeatable. (default: none)

    FIREWALL RULES:
      --with-rules/--no-with-rules
                              Set the firewall rules at the start, as 'relay rules
                              apply' does, and remove them at the end. (default:
                              false)
      --backend <tool>        Set the rules with nft or iptables; auto takes nft
                              where it is there. (default: auto)
      --user <name>           Redirect only this user's traffic. Repeatable.
                              (default: none)
      --all-users/--no-all-users
                              Redirect everybody's traffic, root's too. (default:
                              false)
      --cgroup <path>         Redirect only the traffic of this control group.
                              (default: none)
      --port <port>           Redirect TCP to this port, too, besides 80 and 443.
                              Repeatable. (default: none)
      --allow-quic/--no-allow-quic
                              Let QUIC (UDP port 443) pass, unread and unrecorded,
                              instead of rejecting it. (default: false)

    TIME-OUTS:
      --connect-timeout <duration>
                              Give up an upstream connection after this time.
                              (default: 30s)
      --handshake-timeout <duration>
                              Give up either TLS handshake of a session after this
                              time. (default: 30s)
      --idle-timeout <duration>
                              End a TCP session after this time without a byte
                              either way. (default: none)
      --dns-timeout <duration>
                              Try the next nameserver after this time. (default: 2s)
      --dns-idle-timeout <duration>
                              Take a DNS client socket's session to be over after
                              this time. (default: 15s)
      --drain-timeout <duration>
                              Let sessions end by themselves this long after
                              SIGTERM, at most 5s. (default: 3s)

    SERVICE:
      --service-user <name>   Become this user once the sockets are open. (default:
                              wiretape)
      --control <path>        Socket that 'relay status' asks. (default:
                              /run/wiretape/relay.sock)
      --metrics <where>       Serve Prometheus metrics on this socket path or
                              loopback ADDR:PORT. (default: none)
      --log-level <level>     Log this and worse: trace, debug, info, notice,
                              warning, error or critical. (default: info)
      --max-sessions <count>  How many TCP sessions may be open at once; further
                              ones wait to be accepted. (default: auto)
      --threads <count>       Event loop threads; auto is one a core. (default:
                              auto)

    OPTIONS:
      --version               Show the version.
      -h, --help              Show help information.


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

    """#
}
