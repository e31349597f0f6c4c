# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# x86-64: the host's own files, a q35 with Intel's IOMMU, and the machines whose devices the host serves. The devices stand
# at fixed addresses, which facts.properties and the tests know.

debian_architecture=amd64
qemu_program=qemu-system-x86_64
qemu_package=qemu-system-x86
kernel_variable=JVFIO_GUEST_KERNEL
kernel_image=bzImage
kernel_has_modules=yes
kernel_architecture=x86_64
kernel_image_path=arch/x86/boot/bzImage
kernel_make=()
kernel_compiler="" # the host's
guest_jdk="" # the host's
guest_java_options=()

# connect_ports CONSOLE: the console's character device on the first serial port, the monitor on the second.
connect_ports() {
    port_arguments=(-serial "chardev:$1" -serial chardev:monitor-client)
}

# connect_terminal TERMINAL: for a shell, which has the console's port.
connect_terminal() {
    connect_ports "$1"
}

# A q35 with an IOMMU, and what else describe_common takes. Hot-plug goes through the root port itself: the kernel has no
# ACPI hot-plug.
describe_q35() {
    local share=$1 private=$2
    shift 2
    describe_common "$share" "$private" "virtio-9p-pci,bus=pcie.0,addr=1" "virtio-9p-pci,bus=pcie.0,addr=2" "$@" -cpu max \
        -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off \
        -device "intel-iommu,intremap=on,caching-mode=on,device-iotlb=on"
}

# Sets machine_arguments for a guest whose scratch folder is $1; sockets and images are in $2. Sets machine_options for its
# kernel, too.
describe_machine() {
    local private=$2
    # Two memory nodes, of which the firmware gives no device one.
    describe_q35 "$@" -machine "q35,kernel-irqchip=split" -m 4G \
        -object "memory-backend-ram,id=node0,size=2G" -numa "node,memdev=node0" \
        -object "memory-backend-ram,id=node1,size=2G" -numa "node,memdev=node1"
    machine_options=$huge_pages
    machine_arguments+=(
        # Root complex integrated endpoints, each in a group of its own.
        -device "edu,bus=pcie.0,addr=4"
        -device "pci-testdev,bus=pcie.0,addr=5"
        -drive "file=$private/nvme.img,if=none,id=disk,format=raw" -device "nvme,drive=disk,serial=jvfio,cmb_size_mb=1,bus=pcie.0,addr=6"
        -netdev "hubport,id=net0,hubid=0" -device "e1000e,netdev=net0,mac=52:54:00:00:00:07,bus=pcie.0,addr=7"

        # igb behind a root port (01:00.0), so that it has FLR and virtual functions; a cable to the e1000e above.
        -device "pcie-root-port,id=rp0,bus=pcie.0,addr=8,chassis=1"
        -netdev "hubport,id=net1,hubid=0" -device "igb,netdev=net1,mac=52:54:00:00:01:00,bus=rp0"

        # The one that can be pulled out (02:00.0).
        -device "pcie-root-port,id=rp1,bus=pcie.0,addr=9,chassis=2"
        -device "e1000e,id=hot,mac=52:54:00:00:02:00,bus=rp1"

        # Functions and their bridge in one group (00:0a.0, 03:01.0 to 03:03.0). The kernel has a driver of its own for the last.
        -device "pcie-pci-bridge,id=pb,bus=pcie.0,addr=a"
        -device "edu,bus=pb,addr=1"
        -device "pci-testdev,bus=pb,addr=2"
        -device "virtio-rng-pci,iommu_platform=on,disable-legacy=on,bus=pb,addr=3"

        -device "virtio-net-pci,iommu_platform=on,disable-legacy=on,mac=52:54:00:00:00:0b,bus=pcie.0,addr=b"

        # A host bridge that bypasses the IOMMU: its e1000e (41:00.0) is only to be had in no-IOMMU mode.
        -device "pxb-pcie,id=pxb,bus_nr=64,bus=pcie.0,addr=c,bypass_iommu=on"
        -device "pcie-root-port,id=rp2,bus=pxb,chassis=3"
        -device "e1000e,mac=52:54:00:00:41:00,bus=rp2"

        "${extra_arguments[@]}"
    )
}

# The same for a guest whose devices are models that run on this host: QEMU is a client of the sockets in $2. Its memory can
# be shared with them.
describe_client_machine() {
    local private=$2
    describe_q35 "$@" -machine "q35,kernel-irqchip=split,memory-backend=memory" -m 2G \
        -object "memory-backend-memfd,id=memory,size=2G,share=on"
    machine_options=$opregion_area
    local served name model address
    for served in "${served_models[@]}" "$served_overlaid"; do
        read -r name model address <<<"$served"
        machine_arguments+=(-device "$(vfio_user_device pcie.0 "$address" "$private/$name.sock")")
    done
    load_opregions "$private"
}

# The same with igd alone on the machine before q35: it has no LPC bridge at 00:1f.0, and another IOMMU, which leaves
# interrupts alone.
describe_i440fx_machine() {
    local private=$2
    describe_common "$@" "virtio-9p-pci,bus=pci.0,addr=4" "virtio-9p-pci,bus=pci.0,addr=5" -cpu max \
        -machine "pc,kernel-irqchip=split,memory-backend=memory" -m 2G \
        -object "memory-backend-memfd,id=memory,size=2G,share=on" -device "virtio-iommu-pci,bus=pci.0,addr=3"
    machine_options="$opregion_area vfio_iommu_type1.allow_unsafe_interrupts=1 iommufd.allow_unsafe_interrupts=1"
    machine_arguments+=(-device "$(vfio_user_device pci.0 8 "$private/igd.sock")")
    load_opregions "$private"
}

load_opregions() {
    machine_arguments+=(-device "loader,file=$1/opregions,addr=$opregion_address,force-raw=on")
}

# vfio_user_device BUS ADDRESS SOCKET: such a device takes its options as JSON only.
vfio_user_device() {
    printf '{"driver":"vfio-user-pci","bus":"%s","addr":"%s","socket":{"type":"unix","path":"%s"}}' "$@"
}

# On a busy host emulated time is jumpy: no_timer_check keeps a late first tick from being a panic, tsc=reliable keeps the
# time-stamp counter from being given up for a slower clock.
kernel_command_line="console=ttyS0 quiet panic=-1 no_timer_check tsc=reliable printk.time=1 rdinit=/init intel_iommu=on iommu=pt"
huge_pages="hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=64"
