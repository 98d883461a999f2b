#!/bin/sh
# Makes what compose.yaml needs and git must not hold: passwords in secrets/, this site's values in
# .env. What is there already stays.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
secret() {
    if [ ! -e "secrets/$1" ]; then
        printf '%s' "$2" > "secrets/$1"
        # The containers' own users read it; on this machine the folder keeps everyone out.
        chmod 0444 "secrets/$1"
    fi
}
password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
for name in ari_password ari_read_password ami_password ami_guard_password postgres_password; do
    secret "$name" "$(password)"
done
secret database "postgresql://hotline:$(cat secrets/postgres_password)@postgres/hotline"
if [ ! -e .env ]; then
    cat > .env <<'VALUES'
# This machine's address, as phones and the carrier see it.
SIP_HOST=
# The carrier: the address its calls come from, and HOST:PORT for calls to telephones.
TRUNK_FROM=
CARRIER=
# The number that callers dial.
HOTLINE_NUMBER=5555335533
VALUES
    echo "Now write this site's addresses into $PWD/.env"
fi
