# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Is everything there that the machine's facts promise the tests? Says what is not.

check_machine() {
    missing=0
    check_functions
    check_groups
    check_kernel
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

group_of_folder() {
    basename "$(readlink "$1/iommu_group")"
}

has_identity() {
    [ "$(cat "/sys/bus/pci/devices/$1/vendor" "/sys/bus/pci/devices/$1/device" | tr '\n' ' ')" = "$2 $3 " ]
}

bound_to_vfio() {
    [ "$(driver_of "$1")" = vfio-pci ]
}

check_functions() {
    local what address identity
    for what in $(facts function.); do
        read -r address identity <<<"$(fact "function.$what")"
        expect "$what at $address" has_identity "$address" "0x${identity%:*}" "0x${identity#*:}"
        expect "$what at $address is bound to vfio-pci" bound_to_vfio "$address"
        if [ "$what" = igb ]; then
            expect "igb offers virtual functions" test "$(cat "/sys/bus/pci/devices/$address/sriov_totalvfs")" -ge 2
        fi
    done
}

# Every device that an IOMMU watches has the nodes of both interfaces.
check_groups() {
    local what address group bridge
    for what in $(facts function.) $(facts mediated.); do
        [ "$what" != no-iommu ] || continue
        expect "$what has a group that can be opened" can_open "/dev/vfio/$(group_of_folder "$(device_folder "$what")")"
        expect "$what is also there as a device" can_open \
            "/dev/vfio/devices/$(basename "$(device_folder "$what")"/vfio-dev/vfio*)"
    done
    bridge=$(fact group.bridge)
    if [ -n "$bridge" ]; then
        group=$(group_of_folder "/sys/bus/pci/devices/$bridge")
        for what in $(fact group.functions); do
            expect "$what is in the group of its bridge" test "$(group_of_folder "$(device_folder "$what")")" = "$group"
        done
    fi
    address=$(function_address no-iommu)
    if [ -n "$address" ]; then
        expect "$address has a no-IOMMU group" test -c \
            "/dev/vfio/noiommu-$(group_of_folder "/sys/bus/pci/devices/$address")"
    fi
}

# Opens and closes a file for reading and writing.
can_open() {
    : <>"$1"
}

check_kernel() {
    local pages
    expect "/dev/vfio/vfio can be opened" can_open /dev/vfio/vfio
    expect "/dev/iommu can be opened" can_open /dev/iommu
    expect "no-IOMMU mode is on" grep -q '[Y1]' /sys/module/vfio/parameters/enable_unsafe_noiommu_mode
    for pages in $(fact huge-pages); do
        expect "${pages#*:} huge pages of ${pages%:*} bytes" test \
            "$(cat "/sys/kernel/mm/hugepages/hugepages-$((${pages%:*} / 1024))kB/free_hugepages")" -ge "${pages#*:}"
    done
}
