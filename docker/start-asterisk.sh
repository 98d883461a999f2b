#!/bin/sh
# Writes the configuration with this site's values, then becomes Asterisk. Values come from the
# environment; passwords from files, so that no environment shows them.
set -eu
secrets=${SECRETS:-/run/secrets} here=/opt/hotline/dialplans
for name in ari_password ari_read_password ami_password ami_guard_password; do
    if [ ! -r "$secrets/$name" ]; then
        echo "start-asterisk: $secrets/$name cannot be read: docker/prepare.sh makes it." >&2
        exit 1
    fi
    variable=$(echo "$name" | tr a-z A-Z)
    eval "$variable=\$(cat \"\$secrets/\$name\")"
    export "$variable"
done
"$here/install.sh" "$here/site.env" /etc/asterisk
unset ARI_PASSWORD ARI_READ_PASSWORD AMI_PASSWORD AMI_GUARD_PASSWORD
exec asterisk -f
