import Testing

@Suite struct `relay ca help` {
  struct Case: CustomTestStringConvertible, Sendable {
    var command: String?
    var help: String

    var testDescription: String { ["relay ca", command].compactMap(\.self).joined(separator: " ") }
  }

  static let cases = [
    Case(
      command: nil,
      help: #"""
        OVERVIEW: Make, show, install and replace the CA of this host's relay.

        'relay serve' shows clients certificates that it signs with a CA of its own.
        The CA is made once, on this machine, and this machine alone has to trust it.
        Its key never leaves the directory, which only the service user can read;
        nothing prints it.

        USAGE: relay ca <subcommand>

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          init                    Make the CA, where there is none.
          show                    Show the CA's certificate, and where it is trusted.
          export                  Write the CA's certificate, for other stores to
                                  trust; never its key.
          install                 Have this machine trust the CA.
          uninstall               Have this machine trust the CA no longer.
          rotate                  Replace the CA by a new one, and destroy the old
                                  one's key.

          See 'relay help ca <subcommand>' for detailed help.

        EXAMPLE:
          Make a CA for two domains, and have this machine trust it:

            $ sudo relay ca init --permit example.com --permit example.net
            $ sudo relay ca install

        """#),
    Case(
      command: "init",
      help: #"""
        OVERVIEW: Make the CA, where there is none.

        The key is ECDSA on P-256, of mode 0600 in a directory of mode 0700, both the
        service user's. The CA can sign certificates of servers, and no further CAs.

        With --permit the CA is good for nothing else: a client refuses what it signs
        for other names, should the key ever get lost. The relay then leaves sessions
        to other hosts alone.

        USAGE: relay ca init [--directory <dir>] [--user <name>] [--days <days>] [--permit <name> ...] [--name <text>]

        OPTIONS:
          --directory <dir>       The directory with ca.pem and ca.key. (default:
                                  /var/lib/wiretape/ca)
          --user <name>           The service user, who must own them. (default:
                                  'wiretape' if there is such a user, else the caller)
          --days <days>           How long the CA is valid, 1 to 3650 days. (default:
                                  825)
          --permit <name>         Sign only for this domain and all below it, or for
                                  this address or network; sessions to others are
                                  relayed unread. Repeatable; addresses that are not
                                  named are not covered.
          --name <text>           The CA's common name. (default: made of date and host)
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   the CA is made
          2   there is one already, or it cannot be made
          64  the command line makes no sense

        EXAMPLE:
            $ sudo relay ca init --permit example.com --permit 10.0.0.0/8

        """#),
    Case(
      command: "show",
      help: #"""
        OVERVIEW: Show the CA's certificate, and where it is trusted.

        The files' owner and modes are checked too. The key is neither read nor shown.

        USAGE: relay ca show [--directory <dir>] [--user <name>] [--json]

        OPTIONS:
          --directory <dir>       The directory with ca.pem and ca.key. (default:
                                  /var/lib/wiretape/ca)
          --user <name>           The service user, who must own them. (default:
                                  'wiretape' if there is such a user, else the caller)
          --json                  Print one JSON object: v, directory, subject, sha256,
                                  sha1, not_before, not_after, days_left, permitted,
                                  excluded, installed, previous.
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   the CA is shown
          2   there is none, or its files are not as they must be
          64  the command line makes no sense

        EXAMPLE:
            $ sudo relay ca show --json | jq .days_left

        """#),
    Case(
      command: "export",
      help: #"""
        OVERVIEW: Write the CA's certificate, for other stores to trust; never its key.

        USAGE: relay ca export [--directory <dir>] [--user <name>] [--format <format>] [--output <file>]

        OPTIONS:
          --directory <dir>       The directory with ca.pem and ca.key. (default:
                                  /var/lib/wiretape/ca)
          --user <name>           The service user, who must own them. (default:
                                  'wiretape' if there is such a user, else the caller)
          --format <format>       pem or der. (values: pem, der; default: pem)
          -o, --output <file>     Write it here, in place of what is there; '-' is
                                  standard output. (default: -)
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   the certificate is written
          2   there is none, or it cannot be written
          64  the command line makes no sense

        EXAMPLE:
            $ sudo relay ca export | ssh build-host 'cat > wiretape.pem'

        """#),
    Case(
      command: "install",
      help: #"""
        OVERVIEW: Have this machine trust the CA.

        The certificate goes into the system's trust store, as wiretape-DIGITS.crt, by
        the distribution's own tool (update-ca-certificates, update-ca-trust). Done
        twice, the second changes nothing. The certificate of a CA that 'relay ca
        rotate' replaced is taken out.

        Some programs keep stores of their own. Those on PATH are listed, each with
        what it needs; they are not changed.

        USAGE: relay ca install [--directory <dir>] [--user <name>] [--json]

        OPTIONS:
          --directory <dir>       The directory with ca.pem and ca.key. (default:
                                  /var/lib/wiretape/ca)
          --user <name>           The service user, who must own them. (default:
                                  'wiretape' if there is such a user, else the caller)
          --json                  Print one JSON object: v, changed, file, bundle,
                                  programs [{name, path, covered, need, set}].
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   the system trusts the CA
          2   it does not
          64  the command line makes no sense

        EXAMPLE:
            $ sudo relay ca install

        """#),
    Case(
      command: "uninstall",
      help: #"""
        OVERVIEW: Have this machine trust the CA no longer.

        Every certificate that 'relay ca install' ever put into the system's trust
        store is taken out, also those of earlier CAs, and also when the CA's directory
        is gone. The CA itself stays. What was set up by hand, for programs with stores
        of their own, stays too.

        USAGE: relay ca uninstall [--directory <dir>] [--user <name>] [--json]

        OPTIONS:
          --directory <dir>       The directory with ca.pem and ca.key. (default:
                                  /var/lib/wiretape/ca)
          --user <name>           The service user, who must own them. (default:
                                  'wiretape' if there is such a user, else the caller)
          --json                  Print one JSON object: v, removed.
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   the system does not trust the CA
          2   it may still
          64  the command line makes no sense

        EXAMPLE:
            $ sudo relay ca uninstall

        """#),
    Case(
      command: "rotate",
      help: #"""
        OVERVIEW: Replace the CA by a new one, and destroy the old one's key.

        The old certificate is kept as ca-previous.pem. If the system trusted it, the
        system trusts the new one instead, at once; so a running relay must be
        restarted, since clients refuse what it signs with the old key. Names that the
        old CA was permitted to sign for are taken over, unless --permit or
        --permit-all says otherwise.

        USAGE: relay ca rotate [--directory <dir>] [--user <name>] [--days <days>] [--permit <name> ...] [--name <text>] [--permit-all]

        OPTIONS:
          --directory <dir>       The directory with ca.pem and ca.key. (default:
                                  /var/lib/wiretape/ca)
          --user <name>           The service user, who must own them. (default:
                                  'wiretape' if there is such a user, else the caller)
          --days <days>           How long the CA is valid, 1 to 3650 days. (default:
                                  825)
          --permit <name>         Sign only for this domain and all below it, or for
                                  this address or network; sessions to others are
                                  relayed unread. Repeatable; addresses that are not
                                  named are not covered.
          --name <text>           The CA's common name. (default: made of date and host)
          --permit-all            Sign for every name, whatever the old CA was
                                  permitted.
          --version               Show the version.
          -h, --help              Show help information.


        EXIT STATUS:
          0   the CA is replaced
          2   it is not, or is not trusted where the old one was
          64  the command line makes no sense

        EXAMPLE:
            $ sudo relay ca rotate && sudo systemctl restart wiretape

        """#),
  ]

  @Test(arguments: cases)
  func `is word for word as documented`(_ test: Case) throws {
    let result = try Tool("relay").run(["ca"] + [test.command].compactMap(\.self) + ["--help"])
    #expect(result.output == test.help)
    #expect(result.status == 0)
  }
}
