# shellcheck shell=bash
# The world's servers; sourced by tools/world. Each has bound its ports when its function returns.

start_services() {
  local settings=$world/services
  fill_document_root
  cp "$parts"/nginx.conf "$parts"/*.py $settings/
  write_name_server_settings >$settings/dnsmasq.conf
  chmod 1777 $settings
  start_service dnsmasq dnsmasq --conf-file=$settings/dnsmasq.conf
  start_service nginx nginx -e $world/log/nginx-errors -c $settings/nginx.conf
  start_service odd-server python3 $settings/odd_server.py
  start_service talkers python3 $settings/talkers.py
}

# NAME COMMAND…: a server that puts itself into the background once it listens.
start_service() {
  local name=$1
  shift
  PATH=$system_path as_user $service_uid "$@" >"$world/log/$name.log" 2>&1 </dev/null ||
    { cat "$world/log/$name.log" >&2 && fail "the world's $name does not start"; }
}

fill_document_root() (
  cp -r "$parts/www/." $world/www/
  cd $world/www
  random_bytes 1024 >1K.bin
  random_bytes 65536 >64K.bin
  random_bytes 1048576 >1M.bin
  awk "{ for (i = 0; i < 1000; i++) print }" text.txt >long.txt
  make_repository
  find . -maxdepth 1 -type f -printf "%P\n" | sort | xargs sha256sum >../SHA256SUMS
  mv ../SHA256SUMS .
)

# The same bytes each time, which no compression helps.
random_bytes() {
  head -c "$1" /dev/zero | openssl enc -aes-128-ctr -K 00 -iv "$(printf %032x "$1")" 2>/dev/null
}

# A small repository that git clones over plain files.
make_repository() {
  command -v git >/dev/null || return 0
  local work=$world/services/repository
  git init --quiet --initial-branch main $work
  cp text.txt $work/README
  git -C $work add README
  git -C $work -c user.name=World -c user.email=world@$domain -c commit.gpgsign=false \
    commit --quiet --message "world: say what this is"
  git clone --quiet --bare $work repository.git
  git -C repository.git update-server-info
}

write_name_server_settings() {
  local host name long
  cat <<TEXT
no-resolv
no-hosts
bind-interfaces
listen-address=203.0.113.53,2001:db8::53,127.0.0.53
listen-address=8.8.8.8,8.8.4.4,2001:4860:4860::8888,2001:4860:4860::8844
pid-file=
local=/$domain/
cname=alias.$domain,www.$domain
mx-host=$domain,mail.$domain,10
srv-host=_https._tcp.$domain,www.$domain,443,1,2
txt-record=short.$domain,"a short text"
TEXT
  for host in "${hosts[@]}" "$unreachable"; do
    read -r name addresses <<<"$host"
    echo "host-record=$name.$domain,${addresses// /,}"
  done
  # Any name below it, for clients that ask for thousands of different ones.
  echo "address=/load.$domain/203.0.113.10"
  # Together too long for any UDP answer, so clients ask again over TCP.
  long=$(printf 'x%.0s' $(seq 240))
  for _ in $(seq 20); do echo "txt-record=long.$domain,$long"; done
}
