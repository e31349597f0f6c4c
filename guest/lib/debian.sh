# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Debian packages without root: a private apt whose state lives in the cache, which believes that nothing is installed and
# so resolves each package together with everything below it. There is one per architecture and choice of suites.

apt_folder=""       # its state
apt_architecture="" # what it fetches packages for
apt_suites=()       # from where, the last preferred

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

# The programs that run on this host: the newest there are for the release.
use_host_packages() {
    apt_folder=$cache/apt
    apt_architecture=amd64
    apt_suites=(trixie trixie-backports)
}

# Programs of the release as it is.
use_release_packages() {
    apt_folder=$cache/apt-release
    apt_architecture=amd64
    apt_suites=(trixie)
}

# What a guest of another architecture consists of.
use_guest_packages() {
    apt_folder=$cache/apt-$1
    apt_architecture=$1
    apt_suites=(trixie sid)
}

# Runs an apt program on the private state. The host's transport settings (a proxy, for one) are kept.
private_apt() {
    local root=$apt_folder
    if [ ! -e "$root/apt.conf" ]; then
        mkdir -p "$root"/etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d} "$root/var/lib/dpkg" \
            "$root/var/lib/apt/lists/partial" "$root/var/cache/apt/archives/partial"
        : >"$root/var/lib/dpkg/status"
        local mirror suite
        mirror=$(debian_mirror)
        for suite in "${apt_suites[@]}"; do
            printf 'deb [signed-by=%s] %s %s main\n' "$debian_keyring" "$mirror" "$suite"
        done >"$root/etc/apt/sources.list"
        # The tests know the words of the release's lspci; a newer one has more.
        printf 'Package: pciutils libpci3\nPin: release n=trixie\nPin-Priority: 1001\n' \
            >"$root/etc/apt/preferences.d/pciutils"
        {
            apt-config dump Acquire 2>/dev/null || true
            # A mirror that stands still for a week is better than none.
            printf '%s "%s";\n' Dir "$root" Dir::State::status "$root/var/lib/dpkg/status" \
                APT::Architecture "$apt_architecture" APT::Install-Recommends false APT::Sandbox::User root \
                Acquire::Languages none Acquire::Check-Valid-Until false Debug::NoLocking true
            printf 'APT::Architectures { "%s"; };\n' "$apt_architecture"
        } >"$root/apt.conf.new"
        mv "$root/apt.conf.new" "$root/apt.conf"
    fi
    APT_CONFIG=$root/apt.conf "$@"
}

refresh_package_lists() {
    local log=$apt_folder-update.log
    private_apt apt-get -q update >"$log" 2>&1 && ! grep -q '^Err:\|^E:' "$log" \
        || die "Debian's package lists cannot be fetched, see $log"
}

# download_packages FOLDER PACKAGE...: the packages and all they depend on.
download_packages() {
    local folder=$1 log=$apt_folder-download.log
    shift
    mkdir -p "$folder/partial"
    private_apt apt-get -q -y --no-install-recommends -t "${apt_suites[-1]}" -o "Dir::Cache::archives=$folder" \
        --download-only install "$@" >"$log" 2>&1 || die "Debian packages cannot be fetched, see $log: $*"
}
