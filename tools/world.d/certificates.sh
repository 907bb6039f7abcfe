# shellcheck shell=bash
# The world's certificates, made anew each time; sourced by tools/world.

# Makes the authority, one RSA-2048 and one P-256 key that all servers share, and a certificate for
# each server and each fault.
make_certificates() (
  local now=20240101000000Z then=20991231235959Z
  cd $world/certificates
  new_key authority EC && new_key stranger EC && new_key rsa RSA && new_key ecdsa EC
  self_sign authority "/CN=Wiretape test authority" CA:TRUE
  self_sign stranger "/CN=An authority that nobody trusts" CA:TRUE
  self_sign self-signed "/CN=self-signed.$domain" CA:FALSE rsa
  sign rsa rsa authority $now $then {www,git,alias,tls12,http1,bench-rsa,reset,client-certificate,crossed}.$domain 203.0.113.10
  sign ecdsa ecdsa authority $now $then {ecdsa,tls13,bench-ecdsa,echo,discard}.$domain 203.0.113.11
  sign client ecdsa authority $now $then client.$domain
  sign expired rsa authority 20200101000000Z 20210101000000Z expired.$domain
  sign not-yet-valid rsa authority 20980101000000Z $then not-yet-valid.$domain
  sign wrong-host rsa authority $now $then another-host.$domain
  sign unknown-issuer rsa stranger $now $then unknown-issuer.$domain
  chmod 644 ./*
  cp authority.pem $world/ca.pem
)

new_key() {
  local options=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)
  [ "$2" = EC ] || options=(-algorithm RSA -pkeyopt rsa_keygen_bits:2048)
  openssl genpkey -quiet "${options[@]}" -out "$1.key" 2>/dev/null ||
    openssl genpkey "${options[@]}" -out "$1.key" 2>/dev/null
}

# NAME SUBJECT BASIC-CONSTRAINTS [KEY]
self_sign() {
  openssl req -x509 -new -key "${4:-$1}.key" -out "$1.pem" -days 3650 -subj "$2" \
    -addext "basicConstraints=critical,$3" -addext "subjectAltName=DNS:$1.$domain"
}

# NAME KEY ISSUER NOT-BEFORE NOT-AFTER SUBJECT-NAME…
sign() {
  local name=$1 key=$2 issuer=$3 from=$4 until=$5 names=''
  shift 5
  for host in "$@"; do
    case $host in *[!0-9.]*) names+=,DNS:$host ;; *) names+=,IP:$host ;; esac
  done
  : >$issuer.index
  openssl req -new -key "$key.key" -subj "/O=Wiretape test world/CN=$1" -out "$name.request"
  openssl ca -batch -notext -config <(authority_settings "$issuer" "${names#,}") \
    -startdate "$from" -enddate "$until" -in "$name.request" -out "$name.pem" 2>openssl.log ||
    { cat openssl.log >&2 && fail "openssl could not sign the certificate '$name'"; }
}

authority_settings() {
  cat <<TEXT
[ca]
default_ca = issuer
[issuer]
database = $1.index
new_certs_dir = .
certificate = $1.pem
private_key = $1.key
default_md = sha256
unique_subject = no
rand_serial = yes
policy = any
x509_extensions = leaf
[any]
organizationName = optional
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $2
TEXT
}

# Shows the system's certificates with the authority among them: in the bundle, and by its hash in the
# directory, since some programs read the one and some the other.
trust_the_authority() {
  local system=/etc/ssl/certs trusted=$world/trusted
  mkdir -p $trusted
  cp -RP $system/. $trusted/
  rm -f $trusted/ca-certificates.crt
  cat $system/ca-certificates.crt $world/ca.pem >$trusted/ca-certificates.crt
  cp $world/ca.pem "$trusted/$(openssl x509 -in $world/ca.pem -noout -hash).0"
  mount --bind $trusted $system
}
