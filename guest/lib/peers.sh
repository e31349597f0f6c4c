# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Programs that a bench in the guest is measured beside, out of Debian's packages: QEMU's own NVMe driver on VFIO is in
# qemu-img, and fio reads through the kernel's.
#
# They are the release's: in Debian's build of QEMU 11.1 the compiler put the store that enables the controller before that
# of its admin completion queue's address, so that its driver gets no answer to its first command.

peer_packages=(qemu-utils fio)
peers="" # the tree with the programs, empty without one

# Sets peers, where the guest runs this host's programs. Without them a bench leaves out what needs them.
prepare_peers() {
    local folder
    [ -z "$guest_root" ] || return 0
    folder=$cache/peers-$(printf '%s ' 1 "${peer_packages[@]}" | digest)
    if [ ! -e "$folder/complete" ] && ! (make_peers "$folder"); then
        say "nothing is measured beside qemu-img and fio"
        return 0
    fi
    peers=$folder
}

make_peers() {
    use_release_packages
    unpack_packages peers "no apt to fetch qemu-img and fio with" "${peer_packages[@]}"
    finish_tree "$unpacked" "$1"
}
