# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The files of a guest of another architecture: Debian's packages, unpacked and no more. No maintainer's script runs.

guest_root_packages=(
    base-files bash busybox-static coreutils e2fsprogs findutils gawk grep kmod libc-bin libc6 mount openjdk-25-jre-headless pciutils
    procps sed strace util-linux
)
guest_root="" # empty where the guest has this host's files

# Sets guest_root. It is named by what is in it.
prepare_root() {
    [ "$debian_architecture" != amd64 ] || return 0
    guest_root=$cache/root-$debian_architecture-$(printf '%s ' 3 "${guest_root_packages[@]}" | digest)
    [ -e "$guest_root/complete" ] || make_root
}

make_root() {
    use_guest_packages "$debian_architecture"
    unpack_packages root "no apt to fetch the guest's files with" "${guest_root_packages[@]}"
    # What maintainers' scripts would do, as far as it is needed here.
    ln -s gawk "$unpacked/usr/bin/awk"
    ln -sf bash "$unpacked/usr/bin/sh"
    mkdir -p "$unpacked"/{dev,proc,sys,run,tmp,root}
    printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$unpacked/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' >"$unpacked/etc/group"
    printf '127.0.0.1 localhost lab\n' >"$unpacked/etc/hosts"
    # Whoever unpacked them owns them: such a program would not run as root, but as that user.
    find "$unpacked" -type f -perm /6000 -exec chmod ug-s {} +
    chmod 755 "$unpacked"
    touch "$unpacked/complete"
    rm -rf "$guest_root"
    mv "$unpacked" "$guest_root"
}
