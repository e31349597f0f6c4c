# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The surroundings of the job. The host's programs come through 9p, which is slow the first time: the start-up keeps to
# what bash and busybox have.

busybox=/run/lab/busybox

set_environment() {
    export PATH=/run/lab/bin:${lab_jdk:+$lab_jdk/bin:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export HOME=/root LANG=C.UTF-8 TERM=$lab_term
    [ -z "$lab_jdk" ] || export JAVA_HOME=$lab_jdk
    # The checkout is the host's, and read-only here.
    export JVFIO_BUILD=never
    export JVFIO_LAB_OUT=$share/out
    export JVFIO_LAB_FACTS=$facts_file
    # That a bench may read from, and lend to the kernel's driver meanwhile.
    JVFIO_NVME_FUNCTION=$(function_address nvme)
    export JVFIO_NVME_FUNCTION
}

# /run/lab/bin comes first in PATH: the lab's own commands, and what the host may lack or has too old.
link_tools() {
    "$busybox" ln -s "$share"/inside/bin/* /run/lab/bin/
    [ -z "$lab_rdma" ] || link_tree_tool "$lab_rdma" mlx5-open
    if [ -n "$lab_peers" ]; then
        link_tree_tool "$lab_peers" qemu-img
        link_tree_tool "$lab_peers" fio
    fi
    if [ ! -d "/lib/modules/$("$busybox" uname -r)" ]; then
        # This kernel has all that there is built in.
        "$busybox" rm /run/lab/bin/modprobe
        printf '#!/bin/sh\nexit 0\n' >/run/lab/bin/modprobe
        "$busybox" chmod 755 /run/lab/bin/modprobe
    fi
    [ -n "$lab_tree" ] || return 0
    link_tree_tool "$lab_tree" lspci -i "$lab_tree/usr/share/misc/pci.ids"
    link_tree_tool "$lab_tree" setpci
}

# link_tree_tool TREE PROGRAM ARGUMENT...: a command that starts the tree's program with these arguments first.
link_tree_tool() {
    local tree=$1 program=$2
    shift
    {
        printf '#!/bin/sh\nexec %q ' "$tree/run"
        printf '%q ' "$@"
        printf '"$@"\n'
    } >"/run/lab/bin/$program"
    "$busybox" chmod 755 "/run/lab/bin/$program"
}
