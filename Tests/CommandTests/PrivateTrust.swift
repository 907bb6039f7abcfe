import Foundation
import TestSupport

/// A mount and network namespace in which the system's trust store is a copy: shell scripts run there as root, and the
/// machine's own store stays as it is.
///
/// In a script, `relay` is the program; `$W` is a scratch directory, and the current one; `list` prints everything in
/// the store; `sign NAME` makes leaf.pem and leaf.key for a name, signed by the CA in `ca`; `serve` serves them on port
/// 443; `trusted NAME` prints whether openssl takes the leaf, by the system's store; and `hooks.log` has what
/// programs were told that keep stores in step with the system's.
struct PrivateTrust {
  let scratch: TemporaryDirectory

  init() throws {
    scratch = try TemporaryDirectory()
  }

  func run(_ script: String) throws -> ToolRun {
    let path = try scratch.write(Array((Self.preamble + script).utf8), to: "script")
    let identity = geteuid() == 0 ? [] : ["--map-root-user"]
    return try ToolRun(
      ["env", "-i", "-C", scratch.url.path, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "W=\(scratch.url.path)"]
        + ["RELAY=\(Tool.path("relay"))", "unshare", "--mount", "--net", "--pid", "--fork"]
        + ["--kill-child", "--mount-proc"] + identity + ["bash", "-eu", path])
  }

  private static let preamble = #"""
    copy() { mkdir -p "$W/copy$1" && cp -a "$1/." "$W/copy$1" && mount --bind "$W/copy$1" "$1"; }
    copy /etc/ssl
    copy /usr/local/share/ca-certificates
    mkdir hooks && cat >hooks/note <<TEXT
    #!/bin/sh
    cat >>$W/hooks.log
    TEXT
    chmod +x hooks/note
    mount --bind hooks /etc/ca-certificates/update.d
    # A few of the system's certificates, since the tool takes its time over each.
    grep -m 5 '^[^#!]' /etc/ca-certificates.conf >some-certificates.conf
    mount --bind some-certificates.conf /etc/ca-certificates.conf
    update-ca-certificates --fresh >/dev/null 2>&1
    rm -f hooks.log

    relay() { command=$2 && shift 2 && "$RELAY" ca "$command" --directory ca --user root "$@"; }
    list() {
      (cd /etc/ssl/certs && find . -printf '%p %l %s\n' && sha256sum ca-certificates.crt) | sort
      ls /usr/local/share/ca-certificates
    }
    sign() {
      openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=leaf" -keyout leaf.key \
        -out leaf.request 2>/dev/null
      openssl x509 -req -in leaf.request -CA ca/ca.pem -CAkey ca/ca.key -set_serial 7 -days 2 -out leaf.pem \
        -extfile <(echo "subjectAltName=DNS:$1") 2>/dev/null
    }
    serve() {
      ip link set lo up
      mkfifo server
      openssl s_server -accept 127.0.0.1:443 -www -cert leaf.pem -key leaf.key </dev/null >server 2>&1 &
      exec 3<server
      while read -r line <&3 && [ "$line" != ACCEPT ]; do :; done
    }
    trusted() { openssl verify -verify_hostname "$1" leaf.pem >/dev/null 2>&1 && echo yes || echo no; }

    """#
}
