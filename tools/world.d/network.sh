# shellcheck shell=bash
# The world's user, file and network view; sourced by tools/world.

# Hides the machine's /run, sockets of its resolvers among it, under an empty one that ends with the world.
cover_run_directory() {
  local bind
  mount -t tmpfs -o mode=755 world /run
  mkdir -p $world/{bin,home,log,www,certificates,services}
  chmod 1777 $world/{home,log}
  for bind in "${binds[@]}"; do
    mkdir -p "$world/${bind##*:}"
    mount --bind "${bind%:*}" "$world/${bind##*:}"
  done
}

# Gives the loopback interface every address of the world. There is no other interface and no route, unless
# an application host adds its own.
make_network() {
  local host address machine=("machine ${host_addresses[0]}" "machine ${host_addresses[1]}")
  [ "$with_host" = no ] || machine=('' '')
  {
    echo "link set lo up"
    # The kernel lists IPv4 addresses oldest first and IPv6 addresses newest first.
    for host in "${machine[0]}" "${hosts[@]}" "${machine[1]}"; do
      for address in ${host#* }; do
        case $address in
          *:*) echo "address replace $address dev lo nodad" ;;
          *) echo "address replace $address dev lo" ;;
        esac
      done
    done
  } | ip -batch -
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
  # A new namespace has the machine's setting, and the world is no router.
  echo 0 >/proc/sys/net/ipv4/ip_forward
}

# Shows a resolv.conf that names the world's server, also where the system's is a link into /run.
name_the_server() {
  local target
  target=$(realpath -m /etc/resolv.conf)
  mkdir -p "$(dirname "$target")"
  [ -e "$target" ] || touch "$target"
  printf 'nameserver %s\n' "${nameservers[@]}" >$world/resolv.conf
  mount --bind $world/resolv.conf "$target"
}

# Runs a command as another user without any capability. An ordinary user is root in the world's user
# namespace, so becomes that user in a further one, which maps no one else.
as_user() {
  local uid=$1
  shift
  if [ "$uid" -eq 0 ]; then
    "$@"
  elif every_user_is_mapped; then
    setpriv --reuid "$uid" --regid "$uid" --clear-groups --inh-caps=-all -- "$@"
  else
    unshare --user --map-user="$uid" --map-group="$uid" -- "$@"
  fi
}

every_user_is_mapped() {
  [ "$(awk '{ print $3 }' /proc/self/uid_map)" != 1 ]
}
