# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The devices of lib/machine.sh as the tests find them: bound to vfio-pci, mediated devices made.

# What vfio-pci gets: edu, pci-testdev, nvme, e1000e, igb, the hot-pluggable e1000e, the three behind the bridge, virtio-net,
# and the e1000e without an IOMMU. Only the bridge of the group keeps its own driver.
vfio_devices=(
    0000:00:04.0 0000:00:05.0 0000:00:06.0 0000:00:07.0 0000:01:00.0 0000:02:00.0 0000:03:01.0 0000:03:02.0 0000:03:03.0
    0000:00:0b.0 0000:41:00.0
)

# Module and type of each mediated device, with its fixed UUID. The samples' parents bear the module's name.
mdev_devices=(
    "mtty mtty-1 6a766600-0000-4000-8000-000000000001"
    "mdpy mdpy-vga 6a766600-0000-4000-8000-000000000002"
    "mbochs mbochs-small 6a766600-0000-4000-8000-000000000003"
)

prepare_devices() {
    local address failed=0
    # A function bound to it may then have virtual functions.
    modprobe vfio-pci enable_sriov=1 || failed=1
    echo 1 >/sys/module/vfio/parameters/enable_unsafe_noiommu_mode || failed=1
    for address in "${vfio_devices[@]}"; do
        bind_to_vfio "$address" || failed=1
    done
    local mdev
    for mdev in "${mdev_devices[@]}"; do
        # shellcheck disable=SC2086 # the fields are to be split
        make_mdev $mdev || failed=1
    done
    return "$failed"
}

bind_to_vfio() {
    local device=/sys/bus/pci/devices/$1 bound=/sys/bus/pci/drivers/vfio-pci/$1
    [ -e "$device" ] || { echo "$1: not there"; return 1; }
    echo vfio-pci >"$device/driver_override"
    [ ! -e "$bound" ] || return 0
    [ ! -e "$device/driver" ] || echo "$1" >"$device/driver/unbind"
    echo "$1" >/sys/bus/pci/drivers_probe
    [ -e "$bound" ] || { echo "$1: vfio-pci does not take it"; return 1; }
}

make_mdev() {
    local module=$1 type=$2 uuid=$3
    [ ! -e "/sys/bus/mdev/devices/$uuid" ] || return 0
    modprobe "$module" || return 1
    echo "$uuid" >"/sys/class/$module/$module/mdev_supported_types/$type/create"
}
