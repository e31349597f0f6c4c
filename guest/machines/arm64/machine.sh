# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# arm64: QEMU's "virt" with an SMMUv3, described to Linux by its device tree. What stands where it stands on x86-64 has the
# same address; facts.properties says what this machine lacks, and why.

debian_architecture=arm64
qemu_program=qemu-system-aarch64
qemu_package=qemu-system-arm
kernel_variable=JVFIO_GUEST_KERNEL_ARM64
kernel_image=Image.gz
kernel_has_modules=yes
kernel_architecture=arm64
kernel_image_path=arch/arm64/boot/Image.gz
kernel_make=(ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-)
kernel_compiler=aarch64-linux-gnu-gcc
guest_jdk=/usr/lib/jvm/java-25-openjdk-arm64
# The same classes are verified on this host's own architecture; in emulation that takes long.
guest_java_options=(-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote)

# connect_ports CONSOLE: the console's character device on the first serial port, the monitor on the second.
connect_ports() {
    port_arguments=(-serial "chardev:$1" -serial chardev:monitor-client)
}

# connect_terminal TERMINAL: for a shell, which has the console's port.
connect_terminal() {
    connect_ports "$1"
}

# Sets machine_arguments for a guest whose scratch folder is $1; sockets and images are in $2. Sets machine_options for its
# kernel, too.
describe_machine() {
    local private=$2
    describe_common "$@" "virtio-9p-pci,bus=pcie.0,addr=1" "virtio-9p-pci,bus=pcie.0,addr=2" \
        -machine "virt,iommu=smmuv3,gic-version=3" -cpu "max,pauth-impdef=on" -m 4G
    describe_host_files "virtio-9p-pci,bus=pcie.0,addr=3"
    machine_options="hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=64"
    machine_arguments+=(
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

        -device "virtio-net-pci,iommu_platform=on,disable-legacy=on,mac=52:54:00:00:00:0b,bus=pcie.0,addr=b"

        "${extra_arguments[@]}"
    )
}

kernel_command_line="console=ttyAMA0 quiet panic=-1 printk.time=1 rdinit=/init iommu.passthrough=1"
