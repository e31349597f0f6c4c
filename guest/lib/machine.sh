# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the machines of all architectures share. The folder machines/NAME describes one: machine.sh for QEMU and the kernel,
# kernel.fragment for a kernel that is built, facts.properties for what the guest's scripts and the tests have to know.

machine_names="x86-64 arm64 s390x"

guest_measures=no # whether the guest runs a bench

# Two processors, but one where the host is busy: in software emulation they wait for each other (an interrupt from one to
# the other takes a turn of the host's scheduler), and a JVM on two is then several times slower than on one. One for a
# bench, too: its JVMs compile, and test_jvm_options says what becomes of such a JVM on two.
guest_processors() {
    local load
    read -r load _ </proc/loadavg
    if [ -n "${JVFIO_LAB_CPUS:-}" ]; then
        printf '%s' "$JVFIO_LAB_CPUS"
    elif [ "$guest_measures" = yes ]; then
        printf 1
    elif [ "${load%.*}" -gt "$(nproc)" ]; then
        say "this host is busy (load $load): the guest gets one processor"
        printf 1
    else
        printf 2
    fi
}

# What every guest has: a root, its scratch folder $1, and a monitor whose socket is in $2. Its machine, processor, memory and
# IOMMU are in the arguments behind $4; $3 and $4 are the devices of the two file systems.
describe_common() {
    local share=$1 private=$2 host_place=$3 share_place=$4
    shift 4
    machine_arguments=(
        "$@" -accel "tcg,thread=multi" -smp "$(guest_processors)" -nodefaults -display none -no-reboot

        # What becomes the guest's root (read-only), and the scratch folder of this run.
        -fsdev "local,id=host,path=${guest_root:-/},security_model=none,readonly=on,multidevs=remap"
        -device "$host_place,fsdev=host,mount_tag=host"
        -fsdev "local,id=share,path=$share,security_model=none,multidevs=remap"
        -device "$share_place,fsdev=share,mount_tag=share"

        # QEMU's monitor (QMP) is wired to a port of the guest: QEMU is its own client.
        -chardev "socket,id=monitor,path=$private/monitor,server=on,wait=off" -mon "chardev=monitor,mode=control"
        -chardev "socket,id=monitor-client,path=$private/monitor"
    )
}

# For a guest whose root is not this host's: the host's files besides, as the device $1.
describe_host_files() {
    machine_arguments+=(
        -fsdev "local,id=files,path=/,security_model=none,readonly=on,multidevs=remap"
        -device "$1,fsdev=files,mount_tag=files"
    )
}

# What the user adds, for QEMU as it is. Such devices keep the driver that the kernel has for them.
extra_arguments=()

# take_extra OPTION VALUE: 0 if it is such an option.
take_extra() {
    case $1 in
        --drive) extra_arguments+=(-drive "$2") ;;
        --device) extra_arguments+=(-device "$2") ;;
        *) return 1 ;;
    esac
}
