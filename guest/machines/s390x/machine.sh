# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# s390x: QEMU's "s390-ccw-virtio". Its disks and shares are channel devices; each PCI function is alone in a domain, whose
# number is the function's UID.

debian_architecture=s390x
qemu_program=qemu-system-s390x
qemu_package=qemu-system-s390x
kernel_variable=JVFIO_GUEST_KERNEL_S390X
kernel_image=bzImage
kernel_has_modules=no
kernel_architecture=s390x
kernel_image_path=arch/s390/boot/bzImage
kernel_make=(ARCH=s390 CROSS_COMPILE=s390x-linux-gnu-)
kernel_compiler=s390x-linux-gnu-gcc
guest_jdk=/usr/lib/jvm/java-25-openjdk-s390x
# The same classes are verified on this host's own architecture; in emulation that takes long.
guest_java_options=(-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote)

# connect_ports CONSOLE: the console is the line-mode one, which translates what it is told; the monitor has the other.
connect_ports() {
    port_arguments=(-device "sclplmconsole,chardev=$1" -device sclpconsole,chardev=monitor-client)
}

# connect_terminal TERMINAL: a shell has the only terminal there is, so there is no monitor.
connect_terminal() {
    port_arguments=(-device "sclpconsole,chardev=$1")
}

# Sets machine_arguments for a guest whose scratch folder is $1; sockets and images are in $2. Sets machine_options for its
# kernel, too.
describe_machine() {
    local private=$2
    describe_common "$@" virtio-9p-ccw virtio-9p-ccw -machine s390-ccw-virtio -cpu max -m 2G
    describe_host_files virtio-9p-ccw
    machine_options=""
    machine_arguments+=(
        # Nothing runs a card's ROM here, and its file is not at hand. More vectors than the machine gives a function.
        -device "zpci,uid=0x10,fid=0x10,target=disk"
        -drive "file=$private/nvme.img,if=none,id=image,format=raw" -device "nvme,id=disk,drive=image,serial=jvfio,msix_qsize=200"

        -device "zpci,uid=0x11,fid=0x11,target=net"
        -netdev "hubport,id=net0,hubid=0" -device "virtio-net-pci,romfile=,id=net,netdev=net0,mac=52:54:00:00:00:11"

        # The one that can be pulled out.
        -device "zpci,uid=0x12,fid=0x12,target=hot"
        -device "e1000e,romfile=,id=hot,mac=52:54:00:00:00:12"

        "${extra_arguments[@]}"
    )
}

kernel_command_line="console=ttyS0 quiet panic=-1 printk.time=1 rdinit=/init"
