# shellcheck shell=bash
# Names and numbers of the embedded world; sourced by tools/world.

world=/run/world
domain=wiretape.test
service_uid=65534
system_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Host name, IPv4 address and, where it has one, IPv6 address. Of two names with one address the
# first is the one that the address resolves to.
hosts=(
  "www 203.0.113.10 2001:db8::10"
  "git 203.0.113.10 2001:db8::10"
  "ecdsa 203.0.113.11 2001:db8::11"
  "tls12 203.0.113.12"
  "tls13 203.0.113.13"
  "http1 203.0.113.14"
  "odd 203.0.113.15"
  "bench-rsa 203.0.113.16"
  "bench-ecdsa 203.0.113.17"
  "client-certificate 203.0.113.18"
  "crossed 203.0.113.19 2001:db8::19"
  "self-signed 203.0.113.20"
  "expired 203.0.113.21"
  "not-yet-valid 203.0.113.22"
  "wrong-host 203.0.113.23"
  "unknown-issuer 203.0.113.24"
  "refused 203.0.113.30"
  "reset 203.0.113.31"
  "echo 203.0.113.32"
  "discard 203.0.113.33"
  "mail 203.0.113.40"
  "ns 203.0.113.53 2001:db8::53"
  "resolver 8.8.8.8 2001:4860:4860::8888"
  "second-resolver 8.8.4.4 2001:4860:4860::8844"
)

# In DNS, but carried by no interface.
unreachable="nowhere 192.0.2.1"

# What the machine itself is called by; programs ask for addresses of a family only if it has one.
# With an application host they are that host's, and the world's end of the cable has the other one.
host_addresses=(198.51.100.1 2001:db8::1)
world_end=198.51.100.254

# Name and number, of user and group alike, of who is on the application host besides root.
host_users=("alice 1000" "bob 1001" "wiretape 990")
