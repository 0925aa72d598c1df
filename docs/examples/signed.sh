#!/usr/bin/env bash
# Signs a request and sends it, with bash, OpenSSL and curl. It has the profile that a provider takes, and nothing else:
# https://www.rfc-editor.org/rfc/rfc9421 with hmac-sha256, over the digest of the body (RFC 9530).
#
#   echo '{"order":"o1"}' | bash docs/examples/signed.sh merchant/shop till.json http://127.0.0.1:8480/v1/query
#
# Who signs is merchant/NAME, phone/NUMBER or operator. The key is in a file: that of a till, or 32 bytes in hexadecimal,
# as in operator.key. It prints the answer, and ends with 22 where that is none of success, as curl does.
#
# The key and the body are no arguments of any program: everybody on the machine can read those, and a code is money.
set -euo pipefail
export LC_ALL=C

if [ $# -ne 3 ]; then
  echo "signed.sh: expected KEYID KEYFILE URL, and the body on standard input, found $# arguments" >&2
  exit 2
fi
keyid=$1 file=$2 url=$3

key=$(sed -nE 's/^(.*"key": *")?([0-9a-fA-F]{64})(".*)?$/\2/p' "$file" | head -n 1)
if [ -z "$key" ]; then
  echo "signed.sh: $file: expected a key, 64 digits in hexadecimal, found none" >&2
  exit 2
fi

# What is hashed is what is sent: the shell has taken the line ends at the end away before both.
body=$(cat)

sha256() { openssl dgst -sha256 -binary; }
base64() { openssl base64 -A; }

# The key, 32 bytes, in a block of 64, each byte changed by $1: HMAC is two hashes (RFC 2104).
block() {
  local at byte
  for ((at = 0; at < 64; at++)); do
    byte=0
    if ((at < 32)); then byte=$((16#${key:at*2:2})); fi
    printf -v byte '\\x%02x' $((byte ^ $1))
    printf "$byte"
  done
}

path=${url#*://}
path=/${path#*/}
digest="sha-256=:$(printf %s "$body" | sha256 | base64):"
signed="(\"@method\" \"@path\" \"content-digest\");created=$(date +%s);nonce=\"$(openssl rand -hex 16)\";keyid=\"$keyid\";alg=\"hmac-sha256\""
base="\"@method\": POST
\"@path\": $path
\"content-digest\": $digest
\"@signature-params\": $signed"
tag=$({
  block 0x5c
  { block 0x36 && printf %s "$base"; } | sha256
} | sha256 | base64)

printf %s "$body" | curl --silent --show-error --fail-with-body --data-binary @- \
  --header "content-type: application/json" \
  --header "content-digest: $digest" \
  --header "signature-input: paycode=$signed" \
  --header "signature: paycode=:$tag:" \
  "$url"
