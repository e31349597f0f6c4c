// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import static java.util.Map.entry;

import java.util.Map;

/**
 * What to check or run after a known failure, by call and errno.
 *
 * <p>The calls are in the spelling of their headers. The causes are those of the kernel's own paths to each errno:
 * {@code drivers/vfio}, {@code drivers/iommu/iommufd} and the manual pages. Where several causes share an errno, the text
 * names the likelier first.
 *
 * <p>Threads: immutable.
 */
final class Hints {

    private static final String MEMLOCK = "the limit of locked memory is reached: see \"ulimit -l\" and VmLck in"
            + " /proc/self/status; raise RLIMIT_MEMLOCK (LimitMEMLOCK= in a systemd unit, memlock in"
            + " /etc/security/limits.conf) or map less";

    private static final String NOT_IN_PROCESS =
            "part of the memory is not mapped in this process, is read-only where the device may write, or is a mapped BAR,"
                    + " which the container of vfio_iommu_type1 takes but iommufd does not";

    private static final String OVERLAP =
            "the range overlaps a map that exists: unmap that first or choose another IOVA";

    private static final String MAP_ARGUMENT =
            "address, IOVA and size must be multiples of the IOMMU's page size, and the"
                    + " IOVAs must lie inside the usable ranges";

    private static final String UNSAFE_INTERRUPTS = "the platform does not isolate interrupts (no interrupt remapping):"
            + " enable it in the firmware, or accept the risk with the module parameter allow_unsafe_interrupts=1 of ";

    private static final String NOT_VIABLE = "a function of the IOMMU group is used by a kernel driver or by another"
            + " owner: every endpoint of the group must be bound to a vfio driver or to none";

    private static final String VF_TOKEN = "the device needs a VF token, or this is not the token that the owner of the"
            + " physical function has set";

    private static final String HUGE_PAGES = "no free huge pages of this size: raise"
            + " /sys/kernel/mm/hugepages/hugepages-*/nr_hugepages, or use ordinary pages";

    private static final String NO_HOT_RESET =
            "neither the slot nor the bus of this device can be reset: it is on a root"
                    + " bus, or the bridge above it cannot";

    private static final Map<String, String> BY_CALL = Map.ofEntries(
            // Device nodes
            hint(
                    "open",
                    Errno.ENOENT,
                    "no such node: is the device bound to a vfio driver, is the module loaded (vfio-pci,"
                            + " iommufd), and does this container or chroot see the host's /dev/vfio?"),
            hint(
                    "open",
                    Errno.EACCES,
                    "the process may not open this node: give its user read and write access, for example"
                            + " by a udev rule with GROUP= and MODE=\"0660\""),
            hint(
                    "open",
                    Errno.EPERM,
                    "refused by the kernel: a no-IOMMU group needs CAP_SYS_RAWIO, and a container's device"
                            + " policy must allow the node (--device)"),
            hint("open", Errno.EBUSY, "somebody has this group or device open: see \"fuser -v\" on the node"),
            hint(
                    "open",
                    Errno.ENODEV,
                    "nothing is behind this node: the driver is not loaded, or the device just left it"),
            hint("open", Errno.ENXIO, "nothing is behind this node: the driver is not loaded"),

            // Group and container
            hint(
                    "VFIO_GROUP_SET_CONTAINER",
                    Errno.EPERM,
                    NOT_VIABLE + "; a no-IOMMU group also needs CAP_SYS_RAWIO and a"
                            + " container without other groups"),
            hint("VFIO_GROUP_SET_CONTAINER", Errno.EBUSY, NOT_VIABLE),
            hint(
                    "VFIO_GROUP_SET_CONTAINER",
                    Errno.EINVAL,
                    "the group is in a container already, or its IOMMU does not fit" + " that of the container"),
            hint("VFIO_GROUP_SET_CONTAINER", Errno.ENODEV, "the group has lost its devices"),
            hint("VFIO_GROUP_SET_CONTAINER", Errno.EBADFD, "the descriptor is neither /dev/vfio/vfio nor /dev/iommu"),
            hint("VFIO_GROUP_SET_CONTAINER", Errno.ENOMEM, MEMLOCK),
            hint("VFIO_GROUP_UNSET_CONTAINER", Errno.EBUSY, "a device of the group is still open"),
            hint("VFIO_GROUP_GET_STATUS", Errno.EPERM, NOT_VIABLE),
            hint("VFIO_GROUP_GET_STATUS", Errno.ENODEV, "the group has lost its devices"),
            hint(
                    "VFIO_GROUP_GET_DEVICE_FD",
                    Errno.ENODEV,
                    "no device of that name is in this group and bound to a vfio" + " driver"),
            hint(
                    "VFIO_GROUP_GET_DEVICE_FD",
                    Errno.EINVAL,
                    "a VF token was given for a device that takes none, or the group"
                            + " has no container with an IOMMU yet"),
            hint("VFIO_GROUP_GET_DEVICE_FD", Errno.EACCES, VF_TOKEN),
            hint("VFIO_GROUP_GET_DEVICE_FD", Errno.EPERM, NOT_VIABLE + "; without an IOMMU CAP_SYS_RAWIO is needed"),
            hint(
                    "VFIO_GROUP_GET_DEVICE_FD",
                    Errno.EBUSY,
                    "the device is open through its character device, or its group has" + " another owner"),
            hint(
                    "VFIO_SET_IOMMU",
                    Errno.EPERM,
                    UNSAFE_INTERRUPTS + "vfio_iommu_type1; without an IOMMU CAP_SYS_RAWIO is" + " needed"),
            hint("VFIO_SET_IOMMU", Errno.EINVAL, "the container has no group yet, or has its IOMMU already"),
            hint("VFIO_SET_IOMMU", Errno.ENODEV, "no driver for this IOMMU type: load vfio_iommu_type1"),
            hint("VFIO_SET_IOMMU", Errno.EIO, "the IOMMU driver has no domain for this device"),
            hint(
                    "VFIO_NOIOMMU",
                    Errno.EPERM,
                    "unsafe no-IOMMU mode needs CAP_SYS_RAWIO and"
                            + " /sys/module/vfio/parameters/enable_unsafe_noiommu_mode set to 1 before the device is bound"),
            hint(
                    "VFIO_CHECK_EXTENSION",
                    Errno.EPERM,
                    "unsafe no-IOMMU mode needs" + " /sys/module/vfio/parameters/enable_unsafe_noiommu_mode set to 1"),

            // Maps of a container
            hint("VFIO_IOMMU_MAP_DMA", Errno.ENOMEM, MEMLOCK),
            hint(
                    "VFIO_IOMMU_MAP_DMA",
                    Errno.ENOSPC,
                    "the container has as many maps as it may: raise the module parameter"
                            + " dma_entry_limit of vfio_iommu_type1, map larger pieces (a pool), or use iommufd"),
            hint("VFIO_IOMMU_MAP_DMA", Errno.EEXIST, OVERLAP),
            hint("VFIO_IOMMU_MAP_DMA", Errno.EINVAL, MAP_ARGUMENT),
            hint("VFIO_IOMMU_MAP_DMA", Errno.EOVERFLOW, "the range passes the end of the address space"),
            hint("VFIO_IOMMU_MAP_DMA", Errno.EFAULT, NOT_IN_PROCESS),
            hint("VFIO_IOMMU_MAP_DMA", Errno.EBUSY, "a page is being used in a way that forbids pinning it"),
            hint(
                    "VFIO_IOMMU_UNMAP_DMA",
                    Errno.EINVAL,
                    "a map can only be unmapped whole, by exactly its range or one around" + " it"),
            hint("VFIO_IOMMU_UNMAP_DMA", Errno.ENOENT, "nothing is mapped there, or only part of a map was named"),

            // iommufd
            hint("IOMMU_IOAS_MAP", Errno.ENOMEM, MEMLOCK),
            hint("IOMMU_IOAS_MAP", Errno.EEXIST, OVERLAP),
            hint("IOMMU_IOAS_MAP", Errno.EADDRINUSE, OVERLAP),
            hint("IOMMU_IOAS_MAP", Errno.ENOSPC, "no usable range has room for a map of this size and alignment"),
            hint("IOMMU_IOAS_MAP", Errno.EINVAL, MAP_ARGUMENT),
            hint("IOMMU_IOAS_MAP", Errno.EOVERFLOW, "the range passes the end of the address space"),
            hint("IOMMU_IOAS_MAP", Errno.EFAULT, NOT_IN_PROCESS),
            hint("IOMMU_IOAS_MAP", Errno.ENOENT, "there is no such IOAS in this iommufd"),
            hint("IOMMU_IOAS_MAP_FILE", Errno.ENOMEM, MEMLOCK),
            hint("IOMMU_IOAS_MAP_FILE", Errno.EEXIST, OVERLAP),
            hint("IOMMU_IOAS_MAP_FILE", Errno.EADDRINUSE, OVERLAP),
            hint("IOMMU_IOAS_MAP_FILE", Errno.ENOSPC, "no usable range has room for a map of this size and alignment"),
            hint("IOMMU_IOAS_MAP_FILE", Errno.EINVAL, "the file must be a memfd that reaches as far; " + MAP_ARGUMENT),
            hint("IOMMU_IOAS_MAP_FILE", Errno.EFAULT, "the file ends before the range"),
            hint(
                    "IOMMU_IOAS_MAP_FILE",
                    Errno.ENOTTY,
                    "this kernel cannot map files (Linux 6.13 or later can): map the" + " memory instead"),
            hint("IOMMU_IOAS_UNMAP", Errno.ENOENT, "nothing is mapped there, or only part of a map was named"),
            hint("IOMMU_IOAS_UNMAP", Errno.EBUSY, "another thread is mapping or unmapping this range"),
            hint(
                    "IOMMU_IOAS_ALLOW_IOVAS",
                    Errno.EADDRINUSE,
                    "a range lies in an area that an attached device reserves"),
            hint("IOMMU_DESTROY", Errno.EBUSY, "the object is in use: detach the devices first"),
            hint("IOMMU_OPTION", Errno.EPERM, "this option needs CAP_SYS_RESOURCE"),
            hint(
                    "VFIO_DEVICE_BIND_IOMMUFD",
                    Errno.EBUSY,
                    "the device's group is open at /dev/vfio/N, or has another owner"),
            hint("VFIO_DEVICE_BIND_IOMMUFD", Errno.EPERM, NOT_VIABLE + "; or " + UNSAFE_INTERRUPTS + "iommufd"),
            hint(
                    "VFIO_DEVICE_BIND_IOMMUFD",
                    Errno.EINVAL,
                    "the device is open elsewhere (its node takes one user at a time: see \"fuser -v\" on it), is not"
                            + " cache-coherent behind this IOMMU, or was given a VF token and takes none"),
            hint("VFIO_DEVICE_BIND_IOMMUFD", Errno.EACCES, VF_TOKEN),
            hint("VFIO_DEVICE_BIND_IOMMUFD", Errno.EBADFD, "the descriptor that was passed is not /dev/iommu"),
            hint(
                    "VFIO_DEVICE_ATTACH_IOMMUFD_PT",
                    Errno.EINVAL,
                    "another device of the group is attached elsewhere, or the"
                            + " IOMMU of this device does not fit the page table"),
            hint(
                    "VFIO_DEVICE_ATTACH_IOMMUFD_PT",
                    Errno.EADDRINUSE,
                    "a map lies where this device reserves addresses or"
                            + " cannot reach, or is not aligned to its IOMMU's pages: attach the device before mapping, or map"
                            + " elsewhere"),
            hint("VFIO_DEVICE_ATTACH_IOMMUFD_PT", Errno.ENOENT, "there is no such IOAS or page table in this iommufd"),
            hint("VFIO_DEVICE_ATTACH_IOMMUFD_PT", Errno.EBUSY, "the group has other devices on another page table"),
            hint("VFIO_DEVICE_ATTACH_IOMMUFD_PT", Errno.ENOMEM, MEMLOCK),

            // The device
            hint(
                    "VFIO_DEVICE_SET_IRQS",
                    Errno.EINVAL,
                    "the index does not take this action or that many vectors, or another"
                            + " of INTx, MSI and MSI-X is enabled: disable that first"),
            hint("VFIO_DEVICE_SET_IRQS", Errno.ENOSPC, "the system has no interrupt vectors left for so many"),
            hint(
                    "VFIO_DEVICE_SET_IRQS",
                    Errno.EBUSY,
                    "the interrupt line is used by another driver that does not share it,"
                            + " or an unmask eventfd is set already"),
            hint(
                    "VFIO_DEVICE_SET_IRQS",
                    Errno.ENOTSUPP,
                    "this machine has no message-signalled interrupts for the device's bus: use INTx"),
            hint("VFIO_DEVICE_SET_IRQS", Errno.ENOTTY, "the device does not have this action for this index"),
            hint("VFIO_DEVICE_RESET", Errno.ENOTTY, "the device has no reset"),
            hint(
                    "VFIO_DEVICE_RESET",
                    Errno.EINVAL,
                    "the kernel knows no way to reset this function alone: see reset_method" + " in its sysfs folder"),
            hint("VFIO_DEVICE_RESET", Errno.EAGAIN, "the device is locked by another operation: try again"),
            hint(
                    "VFIO_DEVICE_PCI_HOT_RESET",
                    Errno.EINVAL,
                    "every device that the reset affects must be open by this"
                            + " process: see VFIO_DEVICE_GET_PCI_HOT_RESET_INFO"),
            hint("VFIO_DEVICE_PCI_HOT_RESET", Errno.EPERM, "the reset affects a device that is not yours"),
            hint("VFIO_DEVICE_PCI_HOT_RESET", Errno.ENODEV, NO_HOT_RESET),
            hint("VFIO_DEVICE_GET_PCI_HOT_RESET_INFO", Errno.ENODEV, NO_HOT_RESET),
            hint(
                    "VFIO_DEVICE_GET_PCI_HOT_RESET_INFO",
                    Errno.EPERM,
                    "a function of the same slot or bus is in no IOMMU group, so nobody can own it"),
            hint(
                    "pread",
                    Errno.EIO,
                    "the device does not answer: memory decoding is off, or it is in reset or in error"),
            hint(
                    "pwrite",
                    Errno.EIO,
                    "the device does not answer: memory decoding is off, or it is in reset or in error"),

            // Memory
            hint(
                    "mmap",
                    Errno.EINVAL,
                    "this part of the region or file cannot be mapped: check offset and size against the"
                            + " region's mappable areas"),
            hint("mmap", Errno.EPERM, "the mapping is refused: a file seal or a security module forbids it"),
            hint("mmap", Errno.EACCES, "the descriptor is not open for this kind of access"),
            hint("mmap", Errno.EBUSY, "another driver holds this BAR"),
            hint("mmap", Errno.ENODEV, "this file cannot be mapped"),
            hint(
                    "mmap",
                    Errno.ENOMEM,
                    "no memory or address space left, too many mappings (vm.max_map_count), or " + HUGE_PAGES),
            hint("mmap", Errno.EAGAIN, MEMLOCK),
            hint("mlock", Errno.ENOMEM, MEMLOCK),
            hint("mlock", Errno.EPERM, MEMLOCK),
            hint("memfd_create", Errno.ENOMEM, HUGE_PAGES),
            hint(
                    "memfd_create",
                    Errno.ENODEV,
                    "this machine has no huge pages of this size: see /sys/kernel/mm/hugepages"),
            hint("memfd_create", Errno.EACCES, "vm.memfd_noexec forbids executable memory files"),
            hint("ftruncate", Errno.ENOMEM, HUGE_PAGES),
            hint("ftruncate", Errno.EINVAL, "the size must be a multiple of the huge page size"),
            hint("fallocate", Errno.ENOSPC, HUGE_PAGES),
            hint("fallocate", Errno.ENOMEM, HUGE_PAGES),

            // Sockets
            hint("connect", Errno.ENOENT, "no such socket: has the server started, and is the path right?"),
            hint("connect", Errno.ECONNREFUSED, "nobody listens on this socket: the server has ended"),
            hint("connect", Errno.EACCES, "the process may not write to this socket"),
            hint("bind", Errno.EADDRINUSE, "the path exists: another server uses it, or an earlier one left it behind"),
            hint(
                    "recvmsg",
                    Errno.EMSGSIZE,
                    "the peer sent more descriptors than are allowed, or this process has none left"
                            + " (RLIMIT_NOFILE)"));

    private static final Map<Integer, String> BY_ERRNO = Map.of(
            Errno.EMFILE, "the process has no file descriptor left: raise RLIMIT_NOFILE (\"ulimit -n\") or close some",
            Errno.ENFILE, "the system has no open files left: raise fs.file-max");

    private Hints() {}

    /**
     * The remedy for a failure.
     *
     * @param call the ioctl or function
     * @param errno a positive errno value
     * @return one or two short sentences, or empty if nothing is known
     */
    static String of(String call, int errno) {
        String known = BY_CALL.get(key(call, errno));
        return known != null ? known : BY_ERRNO.getOrDefault(errno, "");
    }

    private static Map.Entry<String, String> hint(String call, int errno, String text) {
        return entry(key(call, errno), text);
    }

    private static String key(String call, int errno) {
        return call + ' ' + errno;
    }
}
