# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The JDK 25 or later that the guest uses: the host's.

java_release() {
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Prints the home of a JDK 25 or later, or nothing.
find_jdk() {
    local home release
    for home in "${JVFIO_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* \
        "$HOME"/.jdks/*; do
        [ -n "$home" ] || continue
        release=$(java_release "$home") || continue
        if [ "${release:-0}" -ge 25 ]; then
            realpath "$home"
            return
        fi
    done
}
