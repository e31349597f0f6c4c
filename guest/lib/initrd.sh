# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The initial RAM disk: a static busybox, guest/init and the kernel's modules. It is named by what is in it.

initrd=""

# Sets initrd.
prepare_initrd() {
    local busybox key
    busybox=$(busybox_binary)
    key=$(cat "$guest_dir/init" "$busybox" ${kernel_modules:+"$kernel_modules"} | digest)
    initrd=$cache/initrd-$key
    [ ! -e "$initrd" ] || return 0
    local stage
    stage=$(fresh_folder initrd)
    mkdir -p "$stage"/root/{bin,dev,lib/modules,proc,sys}
    cp "$busybox" "$stage/root/bin/busybox"
    install -m 755 "$guest_dir/init" "$stage/root/init"
    [ -z "$kernel_modules" ] || tar -xJf "$kernel_modules" -C "$stage/root/lib/modules" --no-same-owner
    (cd "$stage/root" && find . | run_cpio --quiet -o -H newc -R 0:0) >"$stage/initrd"
    mv "$stage/initrd" "$initrd"
    rm -rf "$stage"
    # One per kernel and version of this file: those of long ago are of no use.
    find "$cache" -maxdepth 1 -name 'initrd-*' -mtime +30 -delete
}
