import TestSupport
import Testing

@Suite struct `relay ca install` {
  @Test func `has curl and others trust a leaf, until uninstall`() throws {
    let trust = try PrivateTrust()
    let run = try trust.run(
      #"""
      list >before
      relay ca init >/dev/null 2>&1
      sign origin.test
      serve
      fetch() {
        curl -s --resolve origin.test:443:127.0.0.1 https://origin.test/ >/dev/null && echo yes || echo no
      }
      ask_python() {
        /usr/bin/python3 -c '
      import socket, ssl
      connection = socket.create_connection(("127.0.0.1", 443))
      ssl.create_default_context().wrap_socket(connection, server_hostname="origin.test")' 2>/dev/null &&
          echo yes || echo no
      }
      echo "before: $(trusted origin.test) $(trusted other.test) $(fetch) $(ask_python)"
      relay ca install >output 2>errors
      echo "after: $(trusted origin.test) $(trusted other.test) $(fetch) $(ask_python)"
      list >during
      relay ca install | head -n 1
      list | cmp - during && echo "the second install changed nothing"
      relay ca show | tail -n 1
      relay ca uninstall
      echo "finally: $(trusted origin.test) $(trusted other.test) $(fetch) $(ask_python)"
      list | cmp - before && echo "everything is as it was"
      relay ca uninstall
      cat errors
      """#)
    #expect(run.errors == "")
    let name = try #require(run.text.firstMatch(of: /wiretape-[0-9a-f]{16}/)?.0)
    let file = "/usr/local/share/ca-certificates/\(name).crt"
    #expect(
      run.text == """
        before: no no no no
        after: yes no yes yes
        installed already: '\(file)', in '/etc/ssl/certs/ca-certificates.crt'
        the second install changed nothing
        installed  \(file), /etc/ssl/certs/ca-certificates.crt
        removed: '\(file)'
        finally: no no no no
        everything is as it was
        nothing of Wiretape's is installed

        """)
    let output = String(decoding: try trust.scratch.read("output"), as: UTF8.self)
    #expect(output.hasPrefix("installed: '\(file)', in '/etc/ssl/certs/ca-certificates.crt'\n"))
    // Of the many lines that there are, those on our certificate.
    let log = String(decoding: try trust.scratch.read("hooks.log"), as: UTF8.self)
    #expect(
      log.split(separator: "\n").filter { $0.contains("wiretape") }
        == ["+/etc/ssl/certs/\(name).pem", "-/etc/ssl/certs/\(name).pem"])
  }

  @Test func `names what each program with a store of its own needs, and it works`() throws {
    let run = try PrivateTrust().run(
      #"""
      relay ca init >/dev/null 2>&1
      sign origin.test
      serve
      fetch='require("https").get({host: "127.0.0.1", servername: "origin.test"}, answer => {
        console.log("node:", answer.statusCode); answer.destroy()
      }).on("error", error => console.log("node:", error.code))'
      node -e "$fetch"
      relay ca install >output
      setting=$(sed -n 's/^ *\(NODE_EXTRA_CA_CERTS=\)/\1/p' output)
      setpriv --reuid 65534 --clear-groups env "$setting" node -e "$fetch" || true
      bundle=$(sed -n 's/^ *REQUESTS_CA_BUNDLE=//p' output)
      env -u SSL_CERT_FILE REQUESTS_CA_BUNDLE="$bundle" SSL_CERT_DIR=/none /usr/bin/python3 -c '
      import requests, socket
      real = socket.getaddrinfo
      socket.getaddrinfo = lambda host, *rest: real("127.0.0.1", *rest)
      print("requests:", requests.get("https://origin.test/").status_code)'
      """#)
    #expect(run.errors == "")
    #expect(run.lines.dropFirst() == ["node: 200", "requests: 200"])
    #expect(
      run.lines.first == "node: UNABLE_TO_VERIFY_LEAF_SIGNATURE"
        || run.lines.first == "node: UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
    )
  }

  @Test func `looks whether Java's store has the CA, and what it says of that works`() throws {
    let run = try PrivateTrust().run(
      #"""
      relay ca init >/dev/null 2>&1
      # The hook that would tell Java is not there.
      relay ca install | grep -c '^  java '
      relay ca install | sed -n 's/^ *keytool/keytool/p' >commands
      bash -eu commands >/dev/null 2>&1
      relay ca install | grep -c '^  java ' || true
      """#)
    #expect(run.errors == "")
    #expect(run.lines == ["1", "0"])
  }

  @Test func `lists the programs of PATH for scripts`() throws {
    let run = try PrivateTrust().run(
      #"""
      mkdir bin
      for name in deno uv chromium snap git; do ln -s /bin/true "bin/$name"; done
      cp /bin/true bin/curl
      relay ca init >/dev/null 2>&1
      PATH=$W/bin relay ca install --json
      """#)
    let object = try #require(try JSON.object(run.text))
    #expect(object["v"] as? Int == 1)
    #expect(object["changed"] as? Bool == true)
    #expect(object["bundle"] as? String == "/etc/ssl/certs/ca-certificates.crt")
    let file = try #require(object["file"] as? String)
    let programs = try #require(object["programs"] as? [[String: Any]])
    // git leads to the distribution's, and needs nothing.
    #expect(programs.compactMap { $0["name"] as? String } == ["deno", "uv", "curl", "chromium", "snap"])
    #expect(
      programs.flatMap { $0["set"] as? [String] ?? [] } == [
        "DENO_TLS_CA_STORE=system", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
        "CURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
        #"certutil -d "sql:$HOME/.pki/nssdb" -A -t C,, -n wiretape -i \#(file)"#,
        #"snap set system store-certs.wiretape="$(cat \#(file))""#,
      ])
  }

  @Test func `is undone also for CAs that are gone, and for nobody else's`() throws {
    let run = try PrivateTrust().run(
      #"""
      store=/usr/local/share/ca-certificates
      relay ca init >/dev/null 2>&1
      cp ca/ca.pem $store/wiretape.crt
      cp ca/ca.pem $store/my-wiretape-0123456789abcdef.crt
      cp ca/ca.pem $store/wiretape-0123456789ABCDEF.crt
      update-ca-certificates >/dev/null 2>&1
      rm -r ca
      list >before
      for number in 1 2; do
        relay ca init >/dev/null 2>&1
        relay ca install >/dev/null
        rm -r ca
      done
      touch $store/wiretape-0123456789abcdef.crt.new
      relay ca uninstall | sed 's/[0-9a-f]\{16\}/DIGITS/'
      list | cmp - before && echo "everything is as it was"
      """#)
    #expect(run.errors == "")
    let removed = "removed: '/usr/local/share/ca-certificates/wiretape-DIGITS.crt"
    #expect(
      run.lines.sorted() == ["everything is as it was", "\(removed)'", "\(removed)'", "\(removed).new'"])
  }

  @Test func `is undone where an earlier attempt was cut off`() throws {
    let run = try PrivateTrust().run(
      #"""
      list >before
      relay ca init >/dev/null 2>&1
      relay ca install >/dev/null
      rm /usr/local/share/ca-certificates/wiretape-*.crt
      relay ca uninstall | sed 's/[0-9a-f]\{16\}/DIGITS/'
      list | cmp - before && echo "everything is as it was"
      """#)
    #expect(run.errors == "")
    #expect(
      run.text == """
        removed: '/etc/ssl/certs/wiretape-DIGITS.pem'
        removed: '/etc/ssl/certs/ca-certificates.crt'
        everything is as it was

        """)
  }

  @Test func `says where it could not be undone`() throws {
    let run = try PrivateTrust().run(
      #"""
      relay ca init >/dev/null 2>&1
      cp ca/ca.pem /usr/local/share/ca-certificates/mine.crt
      update-ca-certificates >/dev/null 2>&1
      relay ca uninstall || echo "status $?"
      relay ca rotate >/dev/null
      """#)
    #expect(run.text == "status 2\n")
    #expect(
      run.errors == """
        relay: error: the CA is still in '/etc/ssl/certs/ca-certificates.crt'
        relay: hint: somebody put it into '/usr/local/share/ca-certificates' under another name: remove it there, \
        then run 'update-ca-certificates'
        relay: replaced the CA in 'ca', and destroyed the old key
        relay: warning: the system still trusts the old CA: somebody put it into \
        '/usr/local/share/ca-certificates' under another name
        relay: a running relay must be restarted: clients refuse the old CA's certificates

        """)
  }

  @Test func `is carried over by rotate`() throws {
    let trust = try PrivateTrust()
    let run = try trust.run(
      #"""
      list >before
      relay ca init >/dev/null 2>&1
      relay ca install >/dev/null
      sign origin.test
      echo "old: $(trusted origin.test)"
      relay ca rotate >/dev/null
      echo "old, after: $(trusted origin.test)"
      sign origin.test
      echo "new, after: $(trusted origin.test)"
      ls /usr/local/share/ca-certificates/wiretape-*.crt | wc -l
      relay ca uninstall >/dev/null
      list | cmp - before && echo "everything is as it was"
      """#)
    #expect(
      run.text == """
        old: yes
        old, after: no
        new, after: yes
        1
        everything is as it was

        """)
    #expect(
      run.errors == """
        relay: replaced the CA in 'ca', and destroyed the old key
        relay: the system trusts the new CA, and the old one no longer
        relay: a running relay must be restarted: clients refuse the old CA's certificates

        """)
    let log = String(decoding: try trust.scratch.read("hooks.log"), as: UTF8.self)
    let signs = log.split(separator: "\n").filter { $0.contains("wiretape") }.compactMap(\.first)
    #expect(signs == ["+", "+", "-", "-"])
  }

  @Test func `leaves nothing behind where the system's tool fails`() throws {
    let run = try PrivateTrust().run(
      #"""
      relay ca init >/dev/null 2>&1
      list >before
      printf '#!/bin/sh\necho "no room left"\nexit 3\n' >tool
      chmod +x tool
      mount --bind tool /usr/sbin/update-ca-certificates
      relay ca install || echo "status $?"
      printf '#!/bin/sh\n' >tool
      relay ca install || echo "status $?"
      umount /usr/sbin/update-ca-certificates
      relay ca uninstall | wc -l
      list | cmp - before && echo "everything is as it was"
      """#)
    #expect(run.text == "status 2\nstatus 2\n1\neverything is as it was\n")
    let name = try #require(run.errors.firstMatch(of: /wiretape-[0-9a-f]{16}.crt/)?.0)
    #expect(
      run.errors == """
        relay: error: '/usr/sbin/update-ca-certificates' ended with status 3: no room left
        relay: error: 'update-ca-certificates' did not take '/usr/local/share/ca-certificates/\(name)' into \
        '/etc/ssl/certs/ca-certificates.crt'
        relay: hint: run 'update-ca-certificates' by hand, and see what it says

        """)
  }

  @Test func `refuses a CA that expired, and a system without a store`() throws {
    let run = try PrivateTrust().run(
      #"""
      relay ca init >/dev/null 2>&1
      touch index
      openssl req -new -key ca/ca.key -subj /CN=old -config /dev/null -out request
      openssl ca -batch -selfsign -notext -startdate 20200101000000Z -enddate 20210101000000Z -in request \
        -out ca/ca.pem -keyfile ca/ca.key -md sha256 -outdir . -config <(
        printf '[ca]\ndefault_ca = own\n[own]\ndatabase = index\nrand_serial = yes\npolicy = any\n[any]\ncommonName = supplied\n'
      ) 2>/dev/null
      relay ca install || echo "status $?"
      relay ca rotate >/dev/null 2>&1
      mount -t tmpfs none /usr/local/share
      relay ca install || echo "status $?"
      """#)
    #expect(run.text == "status 2\nstatus 2\n")
    #expect(
      run.errors == """
        relay: error: the CA in 'ca' expired on 2021-01-01
        relay: hint: make a new CA with: relay ca rotate
        relay: error: this system has no trust store of a kind that is known here
        relay: hint: on Debian and Ubuntu: sudo apt-get install ca-certificates

        """)
  }

  struct StoreCase: CustomTestStringConvertible, Sendable {
    var name: String
    var anchors: String
    var bundle: String
    var tool: String

    var testDescription: String { name }
  }

  /// The tool is one that does what the distribution's does with anchors: puts them into the bundle.
  @Test(arguments: [
    StoreCase(
      name: "Fedora", anchors: "/etc/pki/ca-trust/source/anchors",
      bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", tool: "update-ca-trust"),
    StoreCase(
      name: "Arch", anchors: "/etc/ca-certificates/trust-source/anchors",
      bundle: "/etc/ca-certificates/extracted/tls-ca-bundle.pem", tool: "update-ca-trust"),
    StoreCase(
      name: "openSUSE", anchors: "/etc/pki/trust/anchors", bundle: "/var/lib/ca-certificates/ca-bundle.pem",
      tool: "update-ca-certificates"),
  ]) func `knows other distributions' stores`(_ test: StoreCase) throws {
    let run = try PrivateTrust().run(
      #"""
      umount /etc/ssl /etc/ca-certificates/update.d
      copy /etc
      copy /usr/sbin
      mount -t tmpfs none /var/lib
      mount -t tmpfs none /usr/local/share
      anchors=\#(test.anchors) bundle=\#(test.bundle)
      mkdir -p $anchors ${bundle%/*}
      printf '#!/bin/sh\ncat %s/* >%s 2>/dev/null || true\n' $anchors $bundle >/usr/sbin/\#(test.tool)
      chmod +x /usr/sbin/\#(test.tool)
      relay ca init >/dev/null 2>&1
      relay ca install | head -n 1 | sed 's/[0-9a-f]\{16\}/DIGITS/'
      cmp ca/ca.pem $bundle && echo "in the bundle"
      relay ca uninstall | sed 's/[0-9a-f]\{16\}/DIGITS/'
      wc -c <$bundle
      """#)
    #expect(run.errors == "")
    #expect(
      run.text == """
        installed: '\(test.anchors)/wiretape-DIGITS.crt', in '\(test.bundle)'
        in the bundle
        removed: '\(test.anchors)/wiretape-DIGITS.crt'
        0

        """)
  }
}
