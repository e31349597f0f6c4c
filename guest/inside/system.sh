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
}

# /run/lab/bin comes first in PATH: the lab's own commands, and what the host may lack or has too old.
link_tools() {
    "$busybox" ln -s "$share"/inside/bin/* /run/lab/bin/
    if [ -n "$lab_rdma" ]; then
        printf '#!/bin/sh\nexec %q mlx5-open "$@"\n' "$lab_rdma/run" >/run/lab/bin/mlx5-open
        "$busybox" chmod 755 /run/lab/bin/mlx5-open
    fi
    if [ ! -d "/lib/modules/$("$busybox" uname -r)" ]; then
        # This kernel has all that there is built in.
        "$busybox" rm /run/lab/bin/modprobe
        printf '#!/bin/sh\nexit 0\n' >/run/lab/bin/modprobe
        "$busybox" chmod 755 /run/lab/bin/modprobe
    fi
    [ -n "$lab_tree" ] || return 0
    printf '#!/bin/sh\nexec %q lspci -i %q "$@"\n' "$lab_tree/run" "$lab_tree/usr/share/misc/pci.ids" >/run/lab/bin/lspci
    printf '#!/bin/sh\nexec %q setpci "$@"\n' "$lab_tree/run" >/run/lab/bin/setpci
    "$busybox" chmod 755 /run/lab/bin/lspci /run/lab/bin/setpci
}
