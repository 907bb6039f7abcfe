# shellcheck shell=bash disable=SC2154  # install_log is set by who sources this
# Finds and installs what a script needs; sourced by tools/quickstart, tools/test and tools/bench.

missing=()
export PATH=$PATH:/opt/swift/usr/bin:/usr/sbin:/sbin

# COMMAND-OR-FILE PACKAGE REASON: notes the package where there is no such command or file.
need() {
  case $1 in
    /*) [ -e "$1" ] && return ;;
    *) command -v "$1" >/dev/null && return ;;
  esac
  missing+=("$2")
  echo "  missing: $2 ($3)"
}

# NAME REASON: the same for a module of the system's Python.
need_python_module() {
  /usr/bin/python3 -c "import $1" 2>/dev/null && return
  missing+=("python3-$1")
  echo "  missing: python3-$1 ($2)"
}

# Swift comes from no Debian package, so is only asked for.
need_swift() {
  local problem
  if ! command -v swift >/dev/null; then
    problem="there is no 'swift' on PATH or in /opt/swift/usr/bin"
  else
    # Its package manager, since `swift` itself starts where libraries that this one needs are missing.
    problem=$(swift build --version 2>&1) && return
  fi
  echo "error: $problem" >&2
  echo "hint: install Swift 6.2 or later as https://www.swift.org/install/linux/ says, with the packages named there" >&2
  exit 2
}

# Installs what was found missing, in one go; asks for nothing where nothing is.
install_missing() {
  [ ${#missing[@]} -gt 0 ] || return 0
  local become=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || give_up "neither root nor sudo"
    become=(sudo)
  fi
  command -v apt-get >/dev/null || give_up "this system has no apt-get"
  echo "  installing by apt: ${missing[*]}"
  {
    "${become[@]}" apt-get update -qq
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}"
  } >"$install_log" 2>&1 </dev/null || { tail -n 20 "$install_log" >&2 && give_up "apt-get failed, as said above"; }
  stop_new_services "${become[@]}"
}

# A web server that Debian started and enabled because it was installed is not what was asked for.
stop_new_services() {
  [[ " ${missing[*]} " == *" nginx "* ]] || return 0
  [ -d /run/systemd/system ] || return 0
  "$@" systemctl disable --now --quiet nginx && echo "  left stopped: nginx's own service"
}

give_up() {
  echo "error: cannot install what is missing: $1" >&2
  echo "hint: install them yourself, on Debian or Ubuntu by: apt-get install ${missing[*]}" >&2
  exit 2
}

need_build_packages() {
  need_swift
  need cc gcc "the C edges"
  need pkg-config pkg-config "finds the libraries"
  need /usr/include/pcap/pcap.h libpcap-dev "capture files"
  need /usr/include/openssl/ssl.h libssl-dev "TLS"
  need /usr/include/zlib.h zlib1g-dev "gzip and deflate"
  need /usr/include/zstd.h libzstd-dev "zstd"
  need /usr/include/brotli/decode.h libbrotli-dev "brotli"
}

need_world_packages() {
  need ip iproute2 "network namespaces"
  need nft nftables "the redirection inside the sandbox"
  need unshare util-linux "namespaces"
  need ps procps "processes"
  need nginx nginx "the embedded world's HTTPS origin"
  need dnsmasq dnsmasq-base "the embedded world's DNS"
  need python3 python3 "the embedded world's other servers"
  need openssl openssl "the embedded world's certificates"
  need /etc/ssl/certs/ca-certificates.crt ca-certificates "the system's trust bundle"
  need curl curl "a client to record"
}
