# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Messages, the cache folder and its lock.

cache="${JVFIO_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/jvfio}/lab"

say() {
    printf 'lab: %s\n' "$*" >&2
}

die() {
    printf 'lab: %s\n' "$*" >&2
    exit 1
}

usage_error() {
    printf 'lab: %s\n' "$*" >&2
    exit 64
}

# The guest runs the host's own programs, so both must be x86-64 Linux.
require_host() {
    [ "$(uname -sm)" = "Linux x86_64" ] || die "the guest lab needs an x86-64 Linux host, this is $(uname -sm)"
}

# with_lock WHAT STEP...: runs a preparing step under the lock of what it prepares, so that two labs never build the same
# thing at once. A lab that has a kernel does not wait for one that builds its own.
with_lock() {
    local lock what=$1
    shift
    mkdir -p "$cache"
    exec {lock}>"$cache/$what.lock"
    if ! flock -n "$lock"; then
        say "waiting for another lab that is preparing the $what in $cache"
        flock "$lock"
    fi
    "$@"
    exec {lock}>&-
}

# fresh_folder WHAT: prints an empty folder to build WHAT in. Under the lock, so one that is there was left by a failure.
fresh_folder() {
    local folder=$cache/$1-new
    rm -rf "$folder"
    mkdir -p "$folder"
    printf '%s' "$folder"
}

# Prints a short hash of what it reads.
digest() {
    sha256sum | cut -c 1-16
}
