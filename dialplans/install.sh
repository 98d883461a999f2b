#!/bin/sh
# Writes the configuration with this site's values:  ./install.sh VALUES FOLDER
# A value is taken from the environment when it is set there (for containers), else from VALUES.
set -eu
values=$1 folder=$2 here=$(dirname "$0") script=$(mktemp)
trap 'rm -f "$script"' EXIT
umask 077
grep -E '^[A-Z_]+=' "$values" | while IFS='=' read -r name value; do
    eval "value=\${$name:-\$value}"
    case $value in
        '') echo "install.sh: $name has no value: set it in $values" >&2; exit 1 ;;
        *[!A-Za-z0-9.,/:_-]*) echo "install.sh: $name holds a character that is not allowed" >&2; exit 1 ;;
    esac
    echo "s|@$name@|$value|g"
done > "$script"
# Where Asterisk records: it makes no folder of its own. Elsewhere: SPOOL=... ./install.sh ...
spool=${SPOOL:-/var/spool/asterisk}
if [ -d "$spool" ] && [ ! -d "$spool/recording" ]; then
    mkdir -m 700 "$spool/recording"
    if [ "$(id -u)" = 0 ]; then chown "$(stat -c %u:%g "$spool")" "$spool/recording"; fi
fi
for file in "$here"/*.conf; do
    target=$folder/$(basename "$file")
    rm -f "$target"
    sed -f "$script" "$file" > "$target"
    # As root for Asterisk's own account, whose the folder is.
    if [ "$(id -u)" = 0 ]; then chown "$(stat -c %u:%g "$folder")" "$target"; fi
done
