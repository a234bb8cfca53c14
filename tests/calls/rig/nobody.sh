#!/bin/sh
# nobody.sh PATH… -- COMMAND…: run COMMAND as the user nobody, who can reach each PATH though a folder above it may be root's alone.
# For root, in a mount namespace of its own (unshare --mount): the machine itself is not changed.
set -eu
as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
while [ "$1" != "--" ]; do
    path=$1
    shift
    if $as_nobody test -x "$path"; then continue; fi
    folder=$path
    closed=$path
    while [ "$folder" != / ]; do
        folder=$(dirname "$folder")
        $as_nobody test -x "$folder" || closed=$folder
    done
    # An open folder takes the closed one's place, with PATH and nothing else in it.
    keep=$(mktemp -d)
    mount --bind "$path" "$keep"
    mount -t tmpfs -o mode=0755 none "$closed"
    mkdir -p "$path"
    mount --move "$keep" "$path"
    rmdir "$keep"
done
shift
exec $as_nobody "$@"
