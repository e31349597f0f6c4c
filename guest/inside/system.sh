# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What a distribution's start-up would do.

finish_system() {
    mount_rest
    link_tools
    export PATH=/run/lab/bin:${lab_jdk:+$lab_jdk/bin:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export HOME=/root LANG=C.UTF-8 TERM=$lab_term
    [ -z "$lab_jdk" ] || export JAVA_HOME=$lab_jdk
    # The checkout is the host's, and read-only here.
    export JVFIO_BUILD=never
    /run/lab/bin/hostname lab
    /run/lab/bin/ifconfig lo 127.0.0.1 up
    echo /run/lab/bin/modprobe >/proc/sys/kernel/modprobe
}

mount_rest() {
    mkdir -p /dev/pts /dev/shm /dev/hugepages /dev/hugepages1G
    mount -t devpts -o ptmxmode=0666 devpts /dev/pts
    mount -t tmpfs -o mode=1777 shm /dev/shm
    mount -t hugetlbfs -o pagesize=2M,mode=1777 huge2M /dev/hugepages
    mount -t hugetlbfs -o pagesize=1G,mode=1777 huge1G /dev/hugepages1G
    mount -t debugfs debug /sys/kernel/debug
    ln -sfn /proc/self/fd /dev/fd
    ln -sfn /proc/self/fd/0 /dev/stdin
    ln -sfn /proc/self/fd/1 /dev/stdout
    ln -sfn /proc/self/fd/2 /dev/stderr
}

# /run/lab/bin comes first in PATH: what the host may lack or has too old.
link_tools() {
    local tool
    for tool in modprobe rmmod insmod lsmod hostname ifconfig poweroff; do
        ln -s ../busybox "/run/lab/bin/$tool"
    done
    ln -s "$share"/inside/bin/* /run/lab/bin/
    [ -n "$lab_tree" ] || return 0
    printf '#!/bin/sh\nexec %q lspci -i %q "$@"\n' "$lab_tree/run" "$lab_tree/usr/share/misc/pci.ids" >/run/lab/bin/lspci
    printf '#!/bin/sh\nexec %q setpci "$@"\n' "$lab_tree/run" >/run/lab/bin/setpci
    chmod 755 /run/lab/bin/lspci /run/lab/bin/setpci
}
