# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The machine's devices as the tests find them: functions bound to vfio-pci, mediated devices made.

prepare_devices() {
    local what failed=0
    modprobe vfio-pci || failed=1
    # A function bound to it may then have virtual functions.
    echo Y >/sys/module/vfio_pci/parameters/enable_sriov || failed=1
    echo 1 >/sys/module/vfio/parameters/enable_unsafe_noiommu_mode || failed=1
    for what in $(facts function.); do
        bind_to_vfio "$(function_address "$what")" || failed=1
    done
    for what in $(facts mediated.); do
        # shellcheck disable=SC2046 # the fields are to be split
        make_mdev "$what" $(fact "mediated.$what") || failed=1
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

# make_mdev MODULE TYPE UUID: the samples' parents bear the module's name.
make_mdev() {
    local module=$1 type=$2 uuid=$3
    [ ! -e "/sys/bus/mdev/devices/$uuid" ] || return 0
    modprobe "$module" || return 1
    echo "$uuid" >"/sys/class/$module/$module/mdev_supported_types/$type/create"
}
