#!/bin/sh
# Builds both images where no container engine runs, starts both on loopback, lets the engine drive
# the Asterisk, and checks compose.yaml.  BASE names another base than a fresh Debian forky;
# DEBIAN_MIRROR another mirror.
set -eu
cd "$(dirname "$0")/.."
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
certificates=/etc/ssl/certs/ca-certificates.crt
began=$(date +%s)
folder=$(mktemp -d)
containers=

stop() { echo "build.sh: $*" >&2; exit 1; }
say() { echo "[$(($(date +%s) - began)) s] $*"; }
# The containers share this machine's network, and are plain processes of it.
inside() { name=$1; shift; buildah run --isolation chroot "$name" -- "$@"; }
put_away() {
    for each in $containers; do buildah rm "$each" > /dev/null; done
    rm -rf "$folder"
}

[ "$(id -u)" = 0 ] || stop "debootstrap and buildah need root here: sudo make images"
for program in debootstrap buildah docker-compose; do
    command -v $program > /dev/null ||
        stop "$program is missing: apt-get install debootstrap buildah docker-compose"
done
trap put_away EXIT

# 1. The base
if [ -z "${BASE:-}" ]; then
    BASE=localhost/hotline-base
    if ! buildah inspect --type image $BASE > /dev/null 2>&1; then
        say "Making the base, Debian forky, from $mirror ..."
        # `sid` is forky's recipe where this debootstrap is older than forky.
        debootstrap --variant=minbase forky "$folder/base" "$mirror" \
            /usr/share/debootstrap/scripts/sid > "$folder/debootstrap.log" ||
            stop "debootstrap failed: $(tail -n 1 "$folder/debootstrap.log")"
        # As in debian:forky-slim: copyrights stay, manuals do not. A mirror may lag behind.
        cat > "$folder/base/etc/dpkg/dpkg.cfg.d/slim" <<'SLIM'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
SLIM
        echo 'Acquire::Check-Valid-Until "false";' > "$folder/base/etc/apt/apt.conf.d/10mirror"
        rm -rf "$folder/base/var/cache/apt/archives" "$folder/base/var/lib/apt/lists" \
            "$folder/base/usr/share/man" "$folder/base/usr/share/locale"
        find "$folder/base/usr/share/doc" -type f ! -name copyright -delete
        base=$(buildah from scratch)
        containers="$containers $base"
        buildah add --quiet "$base" "$folder/base" / > /dev/null
        buildah config --cmd /bin/bash "$base"
        buildah commit --quiet "$base" $BASE > /dev/null
        rm -rf "$folder/base"
    fi
fi

# 2. The images. The format is Docker's, because OCI's has no health check.
for target in engine asterisk; do
    say "Building hotline-$target ..."
    set -- --isolation chroot --layers --format docker --file docker/Dockerfile \
        --target $target --tag hotline-$target --build-arg "BASE=$BASE"
    [ -z "${PIP_INDEX_URL:-}" ] || set -- "$@" --build-arg "PIP_INDEX_URL=$PIP_INDEX_URL"
    # This machine's certificates, or a proxy with one of its own would be in pip's way.
    [ ! -r $certificates ] || set -- "$@" --build-arg PIP_CERT=/run/certificates.crt \
        --volume $certificates:/run/certificates.crt:ro
    buildah bud "$@" . > "$folder/build.log" 2>&1 || {
        tail -n 20 "$folder/build.log" >&2
        stop "hotline-$target cannot be built; what was said last stands above."
    }
done

# 3. Both, together, on loopback
cp docker/prepare.sh docker/compose.yaml "$folder"
"$folder/prepare.sh" > /dev/null
# File by file, as compose does: the folder itself lets nobody in.
secrets=
for each in "$folder"/secrets/*; do
    secrets="$secrets --volume $each:/run/secrets/$(basename "$each"):ro"
done
ports=$(python3 -c 'import socket
taken = [socket.socket() for _ in range(3)]
for each in taken: each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in taken))')
sip=${ports%% *} ami=${ports##* } http=${ports#* } http=${http%% *}

engine=$(buildah from --pull-never hotline-engine)
containers="$containers $engine"
say "$(inside "$engine" hotline version), as user $(inside "$engine" id -u)"
inside "$engine" hotline config > "$folder/config.txt"
grep -q '/var/lib/hotline' "$folder/config.txt" || stop "the engine's state is not in its volume."

asterisk=$(buildah from --pull-never hotline-asterisk)
containers="$containers $asterisk"
# shellcheck disable=SC2086  # a list of options
buildah run --isolation chroot $secrets \
    --env SIP_PORT="$sip" --env HTTP_PORT="$http" --env AMI_PORT="$ami" \
    "$asterisk" -- timeout 120 start-asterisk > "$folder/asterisk.log" 2>&1 &
ask_ari() {
    python3 - "$http" "$folder/secrets/ari_password" "$1" <<'ASK'
import base64, pathlib, sys, urllib.request
port, password, path = sys.argv[1:]
words = base64.b64encode(b"hotline:" + pathlib.Path(password).read_bytes()).decode()
url = f"http://127.0.0.1:{port}/ari/{path}"
request = urllib.request.Request(url, headers={"Authorization": f"Basic {words}"})
print(urllib.request.urlopen(request, timeout=2).read().decode())
ASK
}
tries=0
until ask_ari asterisk/info > "$folder/info.json" 2> "$folder/ari.log"; do
    tries=$((tries + 1))
    [ $tries -lt 60 ] || { cat "$folder/asterisk.log" >&2; stop "Asterisk's ARI does not answer."; }
    sleep 0.5
done
say "Asterisk $(grep -o '"version":"[^"]*"' "$folder/info.json" | head -n 1) answers on ARI," \
    "as user $(inside "$asterisk" id -u)"
for prompt in hotline%2fsaludo hotline%2ffalla tt-somethingwrong; do
    ask_ari "sounds/$prompt" > "$folder/sound.json" 2>&1 &&
        grep -q '"language":"es"' "$folder/sound.json" || stop "the prompt $prompt is missing."
done
inside "$asterisk" asterisk -rx 'core waitfullybooted' | grep -q 'fully booted' ||
    stop "the health check of hotline-asterisk fails."

# No database: the engine takes calls all the same, and says what it misses.
# shellcheck disable=SC2086  # a list of options
buildah run --isolation chroot $secrets \
    --env HOTLINE_ARI_URL="http://127.0.0.1:$http" --env HOTLINE_AMI_PORT="$ami" \
    --env HOTLINE_ARI_PASSWORD_FILE=/run/secrets/ari_password \
    --env HOTLINE_AMI_PASSWORD_FILE=/run/secrets/ami_password \
    --env HOTLINE_DATABASE=postgresql://hotline@127.0.0.1:1/hotline \
    "$engine" -- sh -c 'echo $$ > /tmp/engine.pid; exec timeout 60 hotline run' \
    > "$folder/engine.log" 2>&1 &
tries=0
until inside "$engine" sh -c 'hotline status --json || test $? -eq 1' 2> /dev/null \
    > "$folder/status.json" && grep -q '"n1": true' "$folder/status.json"; do
    tries=$((tries + 1))
    [ $tries -lt 30 ] || { cat "$folder/engine.log" >&2; stop "the engine does not get to Asterisk."; }
    sleep 0.5
done
say "The engine drives it, and its health check passes"
inside "$asterisk" asterisk -rx 'core stop now' > /dev/null
inside "$engine" sh -c 'kill -TERM "$(cat /tmp/engine.pid)"'
wait

# 4. The compose file
SIP_HOST=192.0.2.1 TRUNK_FROM=192.0.2.2 CARRIER=192.0.2.2:5060 \
    docker-compose --file "$folder/compose.yaml" config --quiet || stop "compose.yaml is not valid."
say "compose.yaml is valid"

buildah images --format '{{.Name}}  {{.Size}}' | grep hotline-
