# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Debian packages without root: a private apt whose state lives in the cache, which believes that nothing is installed and
# so resolves each package together with everything below it.

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror this host uses for Debian itself, or Debian's own.
debian_mirror() {
    local mirror=${JVFIO_DEBIAN_MIRROR:-}
    if [ -z "$mirror" ]; then
        # shellcheck disable=SC2016 # apt substitutes these names
        mirror=$(apt-get indextargets --format '$(ORIGIN) $(SITE)' 2>/dev/null \
            | sed -n '/^Debian /{s///;/security/!p}' | head -n 1)
    fi
    printf '%s' "${mirror:-http://deb.debian.org/debian}"
}

require_debian_tools() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || die "$1"
    [ -r "$debian_keyring" ] || die "no Debian archive keys here: install them with 'apt install debian-archive-keyring'"
}

# Runs an apt program on the private state. The host's transport settings (a proxy, for one) are kept.
private_apt() {
    local root=$cache/apt
    if [ ! -e "$root/apt.conf" ]; then
        mkdir -p "$root"/etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d} "$root/var/lib/dpkg" \
            "$root/var/lib/apt/lists/partial" "$root/var/cache/apt/archives/partial"
        : >"$root/var/lib/dpkg/status"
        local mirror suite
        mirror=$(debian_mirror)
        for suite in trixie trixie-backports; do
            printf 'deb [signed-by=%s] %s %s main\n' "$debian_keyring" "$mirror" "$suite"
        done >"$root/etc/apt/sources.list"
        {
            apt-config dump Acquire 2>/dev/null || true
            printf '%s "%s";\n' Dir "$root" Dir::State::status "$root/var/lib/dpkg/status" APT::Architecture amd64 \
                APT::Install-Recommends false APT::Sandbox::User root Acquire::Languages none Debug::NoLocking true
            printf 'APT::Architectures { "amd64"; };\n'
        } >"$root/apt.conf.new"
        mv "$root/apt.conf.new" "$root/apt.conf"
    fi
    APT_CONFIG=$root/apt.conf "$@"
}

refresh_package_lists() {
    local log=$cache/apt-update.log
    private_apt apt-get -q update >"$log" 2>&1 && ! grep -q '^Err:\|^E:' "$log" \
        || die "Debian's package lists cannot be fetched, see $log"
}

# download_packages FOLDER PACKAGE...: the packages and all they depend on, backports preferred.
download_packages() {
    local folder=$1 log=$cache/apt-download.log
    shift
    mkdir -p "$folder/partial"
    private_apt apt-get -q -y --no-install-recommends -t trixie-backports -o "Dir::Cache::archives=$folder" \
        --download-only install "$@" >"$log" 2>&1 || die "Debian packages cannot be fetched, see $log: $*"
}
