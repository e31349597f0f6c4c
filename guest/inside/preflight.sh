# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Is everything there that the tests expect? Says what is not.

check_machine() {
    missing=0
    check_functions
    check_groups
    check_kernel
    check_mediated_devices
    expect "QEMU's monitor answers" qmp query-status
    [ "$missing" -eq 0 ]
}

# expect WORDS COMMAND...: complains with the words if the command fails.
expect() {
    local words=$1
    shift
    "$@" >/dev/null 2>&1 && return
    echo "guest: not so: $words"
    missing=1
}

driver_of() {
    basename "$(readlink "/sys/bus/pci/devices/$1/driver")"
}

group_of() {
    basename "$(readlink "/sys/bus/pci/devices/$1/iommu_group")"
}

has_identity() {
    [ "$(cat "/sys/bus/pci/devices/$1/vendor" "/sys/bus/pci/devices/$1/device" | tr '\n' ' ')" = "$2 $3 " ]
}

bound_to_vfio() {
    [ "$(driver_of "$1")" = vfio-pci ]
}

check_functions() {
    local function address vendor device name
    for function in \
        "0000:00:04.0 0x1234 0x11e8 edu" "0000:00:05.0 0x1b36 0x0005 pci-testdev" "0000:00:06.0 0x1b36 0x0010 nvme" \
        "0000:00:07.0 0x8086 0x10d3 e1000e" "0000:01:00.0 0x8086 0x10c9 igb" "0000:02:00.0 0x8086 0x10d3 e1000e" \
        "0000:03:01.0 0x1234 0x11e8 edu" "0000:03:02.0 0x1b36 0x0005 pci-testdev" \
        "0000:03:03.0 0x1af4 0x1044 virtio-rng" "0000:00:0b.0 0x1af4 0x1041 virtio-net" "0000:41:00.0 0x8086 0x10d3 e1000e"; do
        read -r address vendor device name <<<"$function"
        expect "$name at $address" has_identity "$address" "$vendor" "$device"
        expect "$name at $address is bound to vfio-pci" bound_to_vfio "$address"
    done
    expect "igb offers virtual functions" test "$(cat /sys/bus/pci/devices/0000:01:00.0/sriov_totalvfs)" -ge 2
}

check_groups() {
    local group address
    group=$(group_of 0000:00:0a.0)
    for address in 03:01.0 03:02.0 03:03.0; do
        expect "$address is in the group of its bridge" test "$(group_of "0000:$address")" = "$group"
    done
    group=$(group_of 0000:00:04.0)
    expect "edu has a group" test -n "$group"
    expect "edu's group can be opened" can_open "/dev/vfio/$group"
    expect "edu is also there as a device" can_open \
        /dev/vfio/devices/"$(basename /sys/bus/pci/devices/0000:00:04.0/vfio-dev/vfio*)"
    expect "41:00.0 has a no-IOMMU group" test -c "/dev/vfio/noiommu-$(group_of 0000:41:00.0)"
}

# Opens and closes a file for reading and writing.
can_open() {
    : <>"$1"
}

check_kernel() {
    expect "/dev/vfio/vfio can be opened" can_open /dev/vfio/vfio
    expect "/dev/iommu can be opened" can_open /dev/iommu
    expect "no-IOMMU mode is on" grep -q '[Y1]' /sys/module/vfio/parameters/enable_unsafe_noiommu_mode
    expect "64 huge pages of 2 MiB" test "$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages)" -ge 64
    expect "a huge page of 1 GiB" test "$(cat /sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages)" -ge 1
}

check_mediated_devices() {
    local uuid
    for uuid in 6a766600-0000-4000-8000-00000000000{1,2,3}; do
        expect "mediated device $uuid" test -d "/sys/bus/mdev/devices/$uuid"
        expect "mediated device $uuid has a group" test -c \
            "/dev/vfio/$(basename "$(readlink "/sys/bus/mdev/devices/$uuid/iommu_group")")"
    done
}
