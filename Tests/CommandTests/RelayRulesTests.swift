import TestSupport
import Testing

@Suite struct `relay rules` {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var errors: String
    var status: Int32 = 64

    var testDescription: String { "relay rules \(arguments.joined(separator: " "))" }
  }

  static let printHint = "relay: hint: see 'relay rules print --help'\n"

  static let cases = [
    Case(
      arguments: [], errors: "relay: error: no subcommand given\nrelay: hint: see 'relay rules --help'\n"),
    Case(
      arguments: ["frob"],
      errors: "relay: error: unknown subcommand 'frob'\nrelay: hint: see 'relay rules --help'\n"),
    Case(
      arguments: ["print", "--bogus"], errors: "relay: error: unknown option '--bogus'\n" + printHint),
    Case(
      arguments: ["print", "--user", "root", "--all-users"],
      errors: "relay: error: --user and --all-users contradict each other\n" + printHint),
    Case(
      arguments: ["print", "--all-users", "--cgroup", "/system.slice"],
      errors: "relay: error: --all-users and --cgroup contradict each other\n" + printHint),
    Case(
      arguments: ["print", "--user", "no-such-user"],
      errors: "relay: error: there is no user 'no-such-user'\n"),
    Case(
      arguments: ["print", "--mark", "0x"],
      errors: "relay: error: the value '0x' is invalid for '--mark <number>'\n" + printHint),
    Case(
      arguments: ["print", "--mark", "0x0"],
      errors: "relay: error: mark 0 is what every socket has, so that nothing would be redirected\n"),
    Case(
      arguments: ["print", "--dns-port", "51080"],
      errors:
        "relay: error: the relay's ports 51080 (TCP), 51443 (TLS) and 51080 (DNS) must differ, and not be 0\n"
    ),
    Case(
      arguments: ["apply", "--port", "53"],
      errors: "relay: error: port 53 is DNS, which the choice of DNS queries redirects or not\n"),
    Case(
      arguments: ["print", "--cgroup", "/"],
      errors: "relay: error: the root cgroup '/' holds everyone: select all users instead\n"),
  ]

  @Test(arguments: cases)
  func `says what makes no sense`(_ test: Case) throws {
    let result = try Tool("relay").run(["rules"] + test.arguments)
    #expect(result.errors == test.errors)
    #expect(result.output == "")
    #expect(result.status == test.status)
  }

  @Test func `prints a script for nft`() throws {
    let result = try Tool("relay").run(["rules", "print", "--backend", "nft"])
    #expect(
      result.output == """
        #!/usr/sbin/nft -f
        # Sends this machine's own traffic to 'relay serve'. Run it with: nft -f FILE
        # To undo it: relay rules remove, or: nft delete table inet wiretape

        # The first line makes the second succeed where there is no older table. All is done in one transaction.
        table inet wiretape
        delete table inet wiretape
        table inet wiretape {
          comment "wiretape 1 rules=9 80>51080 443>51443 dns>51053=nameservers mark=0x5754 for=non-root quic=refused"

          chain redirect_output {
            type nat hook output priority -101; policy accept;
            # The relay's own connections, known by its mark, go out as they are.
            meta mark 0x5754 return
            # What goes to this machine itself is left alone.
            fib daddr type local return
            # Of the rest, the traffic of all users but root:
            meta skuid != 0 tcp dport 80 redirect to :51080
            meta skuid != 0 tcp dport 443 redirect to :51443
            meta skuid != 0 udp dport 53 redirect to :51053
            meta skuid != 0 tcp dport 53 redirect to :51053
          }

          chain refuse_quic {
            type filter hook output priority -1; policy accept;
            meta mark 0x5754 return
            fib daddr type local return
            # QUIC is refused at once, so that programs fall back to TCP.
            meta skuid != 0 udp dport 443 reject
          }
        }

        """)
    #expect(result.status == 0)
  }

  @Test func `prints a script for iptables`() throws {
    let result = try Tool("relay").run([
      "rules", "print", "--backend", "iptables", "--user", "1000", "--user", "root", "--port", "8080",
      "--dns",
      "original", "--mark", "0xff", "--tcp-port", "1", "--tls-port", "2", "--dns-port", "3",
    ])
    let comment =
      "wiretape 1 rules=18 80,8080>1 443>2 dns>3=original mark=0xff for=uid:0,1000 quic=refused"
    #expect(
      // The rest is the same for IPv6, where there is IPv6.
      result.output.split(separator: "\n# The same for IPv6.").first ?? "" == """
        #!/bin/sh -e
        # Sends this machine's own traffic to 'relay serve'. To undo it: relay rules remove

        # A chain of our own, so that nobody else's rules are touched.
        iptables -t nat -N WIRETAPE
        # The relay's own connections, known by its mark, go out as they are.
        iptables -t nat -A WIRETAPE -m mark --mark 0xff -j RETURN
        # The DNS queries of users 0, 1000, also to a resolver on this machine:
        iptables -t nat -A WIRETAPE -p udp --dport 53 -m owner --uid-owner 0 -j REDIRECT --to-ports 3
        iptables -t nat -A WIRETAPE -p udp --dport 53 -m owner --uid-owner 1000 -j REDIRECT --to-ports 3
        iptables -t nat -A WIRETAPE -p tcp --dport 53 -m owner --uid-owner 0 -j REDIRECT --to-ports 3
        iptables -t nat -A WIRETAPE -p tcp --dport 53 -m owner --uid-owner 1000 -j REDIRECT --to-ports 3
        # Whatever else goes to this machine itself is left alone.
        iptables -t nat -A WIRETAPE -m addrtype --dst-type LOCAL -j RETURN
        # Of the rest, the traffic of users 0, 1000:
        iptables -t nat -A WIRETAPE -p tcp --dport 80 -m owner --uid-owner 0 -j REDIRECT --to-ports 1
        iptables -t nat -A WIRETAPE -p tcp --dport 80 -m owner --uid-owner 1000 -j REDIRECT --to-ports 1
        iptables -t nat -A WIRETAPE -p tcp --dport 8080 -m owner --uid-owner 0 -j REDIRECT --to-ports 1
        iptables -t nat -A WIRETAPE -p tcp --dport 8080 -m owner --uid-owner 1000 -j REDIRECT --to-ports 1
        iptables -t nat -A WIRETAPE -p tcp --dport 443 -m owner --uid-owner 0 -j REDIRECT --to-ports 2
        iptables -t nat -A WIRETAPE -p tcp --dport 443 -m owner --uid-owner 1000 -j REDIRECT --to-ports 2
        # Only now does any traffic come here. The comment is for 'relay rules status'.
        iptables -t nat -I OUTPUT -m comment --comment '\(comment)' -j WIRETAPE

        # Another one, where packets can be refused.
        iptables -t filter -N WIRETAPE
        iptables -t filter -A WIRETAPE -m mark --mark 0xff -j RETURN
        iptables -t filter -A WIRETAPE -m addrtype --dst-type LOCAL -j RETURN
        # QUIC is refused at once, so that programs fall back to TCP.
        iptables -t filter -A WIRETAPE -p udp --dport 443 -m owner --uid-owner 0 -j REJECT
        iptables -t filter -A WIRETAPE -p udp --dport 443 -m owner --uid-owner 1000 -j REJECT
        # Only now does any traffic come here. The comment is for 'relay rules status'.
        iptables -t filter -I OUTPUT -m comment --comment '\(comment)' -j WIRETAPE

        """)
  }

  @Test func `names one rule in the form that administrators know`() throws {
    let result = try Tool("relay").run(["rules", "print", "--backend", "iptables"])
    #expect(
      result.output.contains(
        "iptables -t nat -A WIRETAPE -p tcp --dport 80 -m owner ! --uid-owner root --socket-exists"
          + " -j REDIRECT --to-ports 51080\n"))
  }

  /// In a network namespace, where nobody listens.
  private func run(_ script: String) throws -> ToolRun {
    try ToolRun([
      "unshare", "--user", "--map-root-user", "--net", "sh", "-c",
      "relay() { \"$0\" rules \"$@\"; }\n\(script)",
      Tool.path("relay"),
    ])
  }

  @Test func `sets, shows and removes`() throws {
    let result = try run(
      """
      relay status || echo "status $?"
      relay apply && relay status && relay status --json
      relay status --json --all-users || echo "status $?"
      nft flush chain inet wiretape refuse_quic
      relay status || echo "status $?"
      relay remove && relay remove
      """)
    let plan = "80>51080 443>51443 dns>51053=nameservers mark=0x5754 for=non-root quic=refused"
    #expect(
      result.text == """
        state       none
        backend     nft would be used
        status 1
        state       active
        backend     nft
        rules       9 of 9
        plan        \(plan)
        {"v":1,"state":"active","backend":"nft","default_backend":"nft","rules":9,"expected_rules":9,\
        "plan":"\(plan)","guarded":false,"detail":null}
        {"v":1,"state":"different","backend":"nft","default_backend":"nft","rules":9,"expected_rules":9,\
        "plan":"\(plan)","guarded":false,"detail":"they were set with other options"}
        status 1
        state       partial
        because     some are gone, or there twice
        backend     nft
        rules       6 of 9
        plan        \(plan)
        status 1

        """)
    #expect(
      result.errors == """
        relay: the rules are set, by nft; 'relay rules remove' removes them
        relay: warning: nobody listens on TCP 51080, TCP 51443, UDP 51053, TCP 51053: what is redirected there is refused
        relay: removed the rules of nft
        relay: there were no rules to remove

        """)
    #expect(result.status == 0)
  }

  @Test func `uses iptables when it is told to, and warns only of ports where nobody listens`() throws {
    let result = try run(
      """
      ip link set lo up
      listening='import socket, subprocess, sys
      server = socket.create_server(("127.0.0.1", 51080))
      sys.exit(subprocess.call(sys.argv[1:]))'
      python3 -c "$listening" "$0" rules apply --backend iptables --dns none --allow-quic --all-users
      relay status
      relay remove
      """)
    #expect(
      result.text == """
        state       active
        backend     iptables
        rules       10 of 10
        plan        80>51080 443>51443 dns=left mark=0x5754 for=everyone quic=allowed

        """)
    #expect(
      result.errors == """
        relay: the rules are set, by iptables; 'relay rules remove' removes them
        relay: warning: nobody listens on TCP 51443: what is redirected there is refused
        relay: removed the rules of iptables

        """)
  }

  @Test(arguments: ["apply", "remove", "status"])
  func `says what is missing without privileges`(_ task: String) throws {
    let result = try ToolRun([
      "unshare", "--user", "--map-user=1000", "--net", Tool.path("relay"), "rules", task,
    ])
    #expect(result.status == 2)
    #expect(
      result.errors == """
        relay: error: firewall rules need root, or CAP_NET_ADMIN
        relay: hint: run it as root, with sudo for instance

        """)
  }

  @Test func `names a cgroup that is not there, and the package of a tool that is not`() throws {
    let cgroup = try run("relay apply --cgroup /no/such.slice")
    #expect(cgroup.status == 2)
    #expect(
      cgroup.errors.hasPrefix("relay: error: there is no cgroup '/no/such.slice' below '")
        || cgroup.errors.hasPrefix("relay: error: no cgroup v2 is mounted here"))
    let hidden = try ToolRun([
      "unshare", "--mount", "--user", "--map-root-user", "--net", "sh", "-c",
      "mount --bind /dev/null /usr/sbin/nft && exec \"$0\" rules apply --backend nft", Tool.path("relay"),
    ])
    #expect(hidden.status == 2)
    #expect(
      hidden.errors == """
        relay: error: `nft` is not installed, or not in /usr/sbin, /sbin or PATH
        relay: hint: sudo apt-get install nftables

        """)
  }
}
