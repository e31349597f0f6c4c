# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# QEMU and the tools of the lab: the host's QEMU where it is new enough, else one out of a Debian tree in the cache.

qemu_minimum=10.1
tool_packages=(busybox-static cpio pciutils kmod)
tree=""          # the Debian tree, empty without one
qemu_command=()  # QEMU and the arguments that every use of it needs

version_at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

host_qemu_is_new_enough() {
    command -v "$qemu_program" >/dev/null || return 1
    local version
    version=$("$qemu_program" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
    version_at_least "${version:-0}" "$qemu_minimum"
}

# Sets tree and qemu_command.
prepare_tools() {
    local packages=("${tool_packages[@]}") from_host=no
    if [ -z "${JVFIO_LAB_OWN_QEMU:-}" ] && host_qemu_is_new_enough; then
        from_host=yes
    else
        packages+=("$qemu_package")
    fi
    if [ "$from_host" = yes ] && ! command -v apt-get >/dev/null; then
        command -v busybox >/dev/null && command -v cpio >/dev/null \
            || die "install busybox (statically linked) and cpio, the lab needs them"
        qemu_command=("$qemu_program")
        return
    fi
    tree=$cache/tree-$(printf '%s ' 1 "${packages[@]}" | digest)
    [ -e "$tree/complete" ] || make_tree "${packages[@]}"
    if [ "$from_host" = yes ]; then
        qemu_command=("$qemu_program")
    else
        qemu_command=(env "QEMU_MODULE_DIR=$tree/usr/lib/x86_64-linux-gnu/qemu" "$tree/run" "$qemu_program"
            -L "$tree/usr/share/qemu" -L "$tree/usr/share/seabios" -L "$tree/usr/lib/ipxe/qemu")
    fi
}

make_tree() {
    use_host_packages
    unpack_packages tree "no QEMU $qemu_minimum or later and no apt to fetch one: install $qemu_program \
$qemu_minimum or later, busybox (static) and cpio" "$@"
    finish_tree "$unpacked" "$tree"
}

unpacked="" # the folder of the packages that were unpacked last

# unpack_packages WHAT WITHOUT PACKAGE...: unpacks the packages and what they depend on into a fresh folder; says WITHOUT if
# there is no apt.
unpack_packages() {
    local what=$1 package
    require_debian_tools "$2"
    shift 2
    say "fetching $* and what they depend on from Debian into $cache (once)"
    unpacked=$(fresh_folder "$what")
    refresh_package_lists
    download_packages "$unpacked/archives" "$@"
    # base-files has the links of the merged /usr, which the others' files have to meet.
    for package in "$unpacked"/archives/base-files_*.deb "$unpacked"/archives/*.deb; do
        [ -e "$package" ] || continue
        dpkg-deb -x "$package" "$unpacked" || die "$(basename "$package") cannot be unpacked"
        basename "$package" .deb >>"$unpacked/packages"
    done
    rm -rf "$unpacked/archives"
}

# finish_tree FROM TO: makes unpacked packages a tree whose programs can be run.
finish_tree() {
    write_tree_runner "$1/run"
    chmod 755 "$1"
    touch "$1/complete"
    rm -rf "$2"
    mv "$1" "$2"
}

# run PROGRAM ARGUMENT...: starts a program of the tree with the tree's own loader and libraries.
write_tree_runner() {
    cat >"$1" <<'END'
#!/bin/sh
tree=$(dirname "$0")
for folder in bin sbin; do
    [ -x "$tree/usr/$folder/$1" ] && program=$tree/usr/$folder/$1
done
shift
libraries=$tree/usr/lib/x86_64-linux-gnu
exec "$tree/usr/lib64/ld-linux-x86-64.so.2" --library-path "$libraries:$libraries/ceph" "$program" "$@"
END
    chmod 755 "$1"
}

busybox_binary() {
    if [ -n "$guest_root" ]; then
        printf '%s' "$guest_root/usr/bin/busybox"
    elif [ -n "$tree" ]; then
        printf '%s' "$tree/usr/bin/busybox"
    else
        command -v busybox
    fi
}

run_cpio() {
    if [ -n "$tree" ]; then
        "$tree/run" cpio "$@"
    else
        cpio "$@"
    fi
}
