# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The guest's kernel: a given one, or Debian's newest source built with the machine's fragment.

kernel_fragment="" # what it has beyond the smallest
kernel=""         # the image
kernel_modules="" # an archive that holds VERSION/ with its modules, empty for a kernel without any

# Sets kernel and kernel_modules.
prepare_kernel() {
    kernel_fragment=$machine_folder/kernel.fragment
    if [ -n "${!kernel_variable:-}" ]; then
        use_kernel "$(realpath -- "${!kernel_variable}")"
        return
    fi
    local built
    built=$cache/kernel-$(digest <"$kernel_fragment")
    [ -e "$built/complete" ] || with_lock kernel build_kernel "$built"
    use_kernel "$(echo "$built/$kernel_image"-*)"
}

use_kernel() {
    local name
    kernel=$1
    name=$(basename -- "$kernel")
    kernel_modules=$(dirname -- "$kernel")/modules-${name#"$kernel_image"-}.tar.xz
    [ -r "$kernel" ] || die "cannot read the kernel $kernel"
    if [ ! -e "$kernel_modules" ] && [ "$kernel_has_modules" = no ]; then
        kernel_modules=""
        return
    fi
    [ -r "$kernel_modules" ] || die "the kernel's modules are missing: $kernel_modules"
}

# build_kernel FOLDER: fetches, configures, builds; the folder appears when all is done.
build_kernel() {
    local folder=$1 work package source log=$cache/kernel-build.log
    [ ! -e "$folder/complete" ] || return 0 # by the lab that had the lock before
    require_build_tools
    require_debian_tools "no apt to fetch Debian's kernel source with: set $kernel_variable to a $kernel_image that has \
$kernel_fragment built in, with its modules-*.tar.xz beside it"
    use_host_packages
    refresh_package_lists
    package=$(private_apt apt-cache search --names-only '^linux-source-[0-9.]+$' | cut -d ' ' -f 1 | sort -V | tail -n 1)
    [ -n "$package" ] || die "Debian offers no linux-source package"
    say "building the guest's $machine_name kernel from Debian's $package, some ten minutes on two cores (once); log: $log"
    work=$(fresh_folder kernel)
    (cd "$work" && private_apt apt-get -q download "$package" >"$log" 2>&1) || die "$package cannot be fetched, see $log"
    dpkg-deb --fsys-tarfile "$work/$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" | tar -xJ -C "$work"
    source=$work/$package
    configure_kernel "$source" >>"$log" 2>&1 || die "the kernel cannot be configured, see $log"
    require_options "$source/.config"
    make -C "$source" "${kernel_make[@]}" -j"$(nproc)" "$kernel_image" modules >>"$log" 2>&1 || die "the kernel does not build, see $log"
    pack_kernel "$source" "$work/out" >>"$log" 2>&1 || die "the kernel's modules cannot be packed, see $log"
    rm -rf "$folder"
    mv "$work/out" "$folder"
    rm -rf "$work"
}

require_build_tools() {
    local missing=() tool header
    for tool in gcc make flex bison bc perl xz ${kernel_compiler:+"$kernel_compiler"}; do
        command -v "$tool" >/dev/null || missing+=("$(package_of "$tool")")
    done
    for header in gelf.h=libelf-dev openssl/bio.h=libssl-dev; do
        # Without a compiler nothing can be said about headers.
        ! command -v gcc >/dev/null || gcc -E -include "${header%=*}" -x c /dev/null >/dev/null 2>&1 \
            || missing+=("${header#*=}")
    done
    [ ${#missing[@]} -eq 0 ] || die "building the guest's kernel needs more packages: run \
'apt install ${missing[*]}', or set $kernel_variable"
}

# The Debian package that has a program; it bears the program's name but for a few.
package_of() {
    case $1 in
        xz) printf 'xz-utils' ;;
        *-gcc) printf 'gcc-%s' "${1%-gcc}" ;;
        *) printf '%s' "$1" ;;
    esac
}

configure_kernel() {
    make -C "$1" "${kernel_make[@]}" tinyconfig
    (cd "$1" && ./scripts/kconfig/merge_config.sh -m .config "$kernel_fragment")
    make -C "$1" "${kernel_make[@]}" olddefconfig
}

# Kconfig drops what it does not know or cannot have, and says nothing.
require_options() {
    local lacking
    lacking=$(grep '^CONFIG_' "$kernel_fragment" | sort | comm -23 - <(sort "$1") | tr '\n' ' ')
    [ -z "$lacking" ] || die "this kernel source does not take: $lacking"
}

# pack_kernel SOURCE FOLDER: the image and the archive of modules, as JVFIO_GUEST_KERNEL expects them.
pack_kernel() {
    local source=$1 folder=$2 release depmod=$1/depmod
    release=$(make -s -C "$source" "${kernel_make[@]}" kernelrelease)
    mkdir -p "$folder"
    cp "$source/$kernel_image_path" "$folder/$kernel_image-$release-$kernel_architecture"
    write_depmod "$depmod"
    make -C "$source" "${kernel_make[@]}" INSTALL_MOD_PATH="$source/installed" INSTALL_MOD_STRIP=1 DEPMOD="$depmod" \
        modules_install
    rm -f "$source/installed/lib/modules/$release/build" "$source/installed/lib/modules/$release/source"
    tar -C "$source/installed/lib/modules" -cJf "$folder/modules-$release-$kernel_architecture.tar.xz" "$release"
    touch "$folder/complete"
}

# The host's depmod, or that of the Debian tree.
write_depmod() {
    if [ -n "$tree" ]; then
        printf '#!/bin/sh\nexec %q depmod "$@"\n' "$tree/run" >"$1"
    else
        printf '#!/bin/sh\nPATH=$PATH:/sbin:/usr/sbin exec depmod "$@"\n' >"$1"
    fi
    chmod 755 "$1"
}
