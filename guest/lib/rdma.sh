# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# rdma-core's libraries out of Debian's packages, and a program that uses its VFIO provider: it judges the model mlx5.

rdma_packages=(ibverbs-providers libibverbs-dev)
rdma_program=$guest_dir/programs/mlx5-open.c
rdma="" # the folder with the program "mlx5-open" and the tree of packages that it runs in, empty without one

# Sets rdma. A host that cannot have it is told so; the tests then fail.
prepare_rdma() {
    local folder
    folder=$cache/rdma-$({ printf '%s ' 1 "${rdma_packages[@]}" && cat "$rdma_program"; } | digest)
    if [ ! -e "$folder/complete" ]; then
        command -v cc >/dev/null || die "a C compiler (cc) is missing: rdma-core's VFIO provider is used by a C program"
        make_rdma "$folder"
    fi
    rdma=$folder
}

make_rdma() {
    local new libraries
    use_host_packages
    unpack_packages rdma "no apt to fetch rdma-core with" "${rdma_packages[@]}"
    new=$unpacked
    libraries=$new/usr/lib/x86_64-linux-gnu
    # The libraries want the C library that came with them; the program is content with the host's.
    cc -O1 -Wall -I"$new/usr/include" -o "$new/usr/bin/mlx5-open" "$rdma_program" "$libraries/libmlx5.so.1" \
        "$libraries/libibverbs.so.1" -Wl,--unresolved-symbols=ignore-in-shared-libs >"$cache/rdma-build.log" 2>&1 \
        || die "the program for rdma-core does not build, see $cache/rdma-build.log"
    finish_tree "$new" "$1"
}
