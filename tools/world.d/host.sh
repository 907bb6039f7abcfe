# shellcheck shell=bash
# The application host of `tools/world … --host`: a machine of its own beside the world's servers, joined
# to them by one cable; sourced by tools/world.

# Starts the process that keeps the host's namespaces, and waits until the host is complete.
start_host() {
  local line=''
  exec 3< <(exec unshare --net --mount -- "$here/world" host)
  read -r line <&3 || :
  exec 3<&-
  [ "$line" = ready ] || fail "the application host does not start"
}

# What that process does, in the new namespaces; it is a child of the world's first process.
be_host() {
  connect_to_world
  cover_host_directories
  name_users
  echo $$ >$world/host
  echo ready
  exec sleep infinity >/dev/null
}

# One cable to the world, by which every address but the host's own is reached. The world forwards
# nothing, so an address that it does not carry never answers.
connect_to_world() {
  ip -batch - <<TEXT
link set lo up
link add eth0 type veth peer name host0 netns 1
link set eth0 addrgenmode none
address add ${host_addresses[0]}/24 dev eth0
address add ${host_addresses[1]}/128 dev eth0 nodad
address add fe80::2/64 dev eth0 nodad
link set eth0 up
TEXT
  nsenter --target 1 --net ip -batch - <<TEXT
link set host0 addrgenmode none
address add $world_end/24 dev host0
address add fe80::1/64 dev host0 nodad
link set host0 up
route add ${host_addresses[1]}/128 via fe80::2 dev host0
TEXT
  ip -batch - <<TEXT
route add default via $world_end dev eth0
route add default via fe80::1 dev eth0
route add unreachable ${unreachable#* }
TEXT
}

# What a service and its administrator may change is the host's own: nothing reaches the machine.
cover_host_directories() {
  local own=/run/host directory
  mkdir $own
  mount -t tmpfs -o mode=755 host $own
  mkdir $own/world
  mount --rbind $world $own/world
  mount --no-mtab --move $own /run
  own_directory /etc mode=755
  own_directory /usr/local/share/ca-certificates mode=755
  for directory in /var/lib /var/log; do
    mount -t tmpfs -o mode=755 host $directory
  done
  # Here update-ca-certificates finds the world's authority again.
  cp $world/ca.pem /usr/local/share/ca-certificates/world.crt
  rm -f /etc/resolv.conf
  cp $world/resolv.conf /etc/resolv.conf
}

# Covers a directory by a copy of it. What an ordinary user cannot read is not in it.
own_directory() {
  local copy=/run/copy
  [ -d "$1" ] || return 0
  mkdir $copy
  mount -t tmpfs -o "$2" host $copy
  cp -a "$1/." $copy/ 2>/dev/null || :
  mount --no-mtab --move $copy "$1"
  rmdir $copy
}

# The users that tests count on, whatever the machine calls them.
name_users() {
  local user name id
  for user in "${host_users[@]}"; do
    read -r name id <<<"$user"
    remove_entries /etc/passwd "$name" "$id"
    remove_entries /etc/group "$name" "$id"
    echo "$name:x:$id:$id::$world/home:/bin/bash" >>/etc/passwd
    echo "$name:x:$id:" >>/etc/group
  done
}

# FILE NAME ID
remove_entries() {
  awk -F: -v name="$2" -v id="$3" '$1 != name && $3 != id' "$1" >/run/entries
  cat /run/entries >"$1"
  rm /run/entries
}
