// SPDX-License-Identifier: Apache-2.0
//
// Map and unmap of memory for DMA by the kernel's ioctls. The structures and numbers are those of <linux/vfio.h> and
// <linux/iommufd.h>, of which not every system has the newer.
#include "baseline.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { VFIO_SET_IOMMU = 0x3b66, VFIO_GROUP_SET_CONTAINER = 0x3b68, VFIO_MAP_DMA = 0x3b71, VFIO_UNMAP_DMA = 0x3b72 };
enum { VFIO_TYPE1V2 = 3, VFIO_DEVICE_BIND = 0x3b76, VFIO_DEVICE_ATTACH = 0x3b77 };
enum { IOAS_ALLOC = 0x3b81, IOAS_MAP = 0x3b85, IOAS_UNMAP = 0x3b86 };
enum { READ_WRITE = 3, IOAS_FIXED_READ_WRITE = 7 };

// The container of a group with a type1v2 IOMMU. Argument: the path of the group's node. The descriptor, or -1.
LOOP(type1_open)
{
    int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC), group = open(address(arguments[0]), O_RDWR | O_CLOEXEC);
    (void)count;
    if (container < 0 || group < 0 || ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) != 0)
        return (uint64_t)-1;
    return ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1V2) == 0 ? (uint64_t)container : (uint64_t)-1;
}

// Arguments: the container, the memory, its size, the IOVA.
LOOP(type1_map_unmap)
{
    struct {
        uint32_t argsz, flags;
        uint64_t vaddr, iova, size;
    } map = {sizeof map, READ_WRITE, arguments[1], arguments[3], arguments[2]};
    struct {
        uint32_t argsz, flags;
        uint64_t iova, size;
    } unmap;
    for (uint64_t i = 0; i < count; i++) {
        if (ioctl((int)arguments[0], VFIO_MAP_DMA, &map) != 0)
            return 0;
        unmap.argsz = sizeof unmap, unmap.flags = 0, unmap.iova = arguments[3], unmap.size = arguments[2];
        if (ioctl((int)arguments[0], VFIO_UNMAP_DMA, &unmap) != 0)
            return 0;
    }
    return count;
}

static uint32_t ioas;

// An iommufd with an IOAS that a device is attached to. Argument: the path of the device's node. The descriptor, or -1.
LOOP(iommufd_open)
{
    int iommu = open("/dev/iommu", O_RDWR | O_CLOEXEC), device = open(address(arguments[0]), O_RDWR | O_CLOEXEC);
    struct {
        uint32_t argsz, flags;
        int32_t iommufd;
        uint32_t id;
    } bind = {sizeof bind, 0, iommu, 0};
    struct {
        uint32_t size, flags, id;
    } alloc = {sizeof alloc, 0, 0};
    struct {
        uint32_t argsz, flags, id;
    } attach = {sizeof attach, 0, 0};
    (void)count;
    if (iommu < 0 || device < 0 || ioctl(device, VFIO_DEVICE_BIND, &bind) != 0 || ioctl(iommu, IOAS_ALLOC, &alloc) != 0)
        return (uint64_t)-1;
    attach.id = ioas = alloc.id;
    return ioctl(device, VFIO_DEVICE_ATTACH, &attach) == 0 ? (uint64_t)iommu : (uint64_t)-1;
}

// Arguments: the iommufd, the memory, its size, the IOVA.
LOOP(iommufd_map_unmap)
{
    struct {
        uint32_t size, flags, id, reserved;
        uint64_t memory, length, iova;
    } map = {sizeof map, IOAS_FIXED_READ_WRITE, ioas, 0, arguments[1], arguments[2], arguments[3]};
    struct {
        uint32_t size, id;
        uint64_t iova, length;
    } unmap;
    for (uint64_t i = 0; i < count; i++) {
        if (ioctl((int)arguments[0], IOAS_MAP, &map) != 0)
            return 0;
        unmap.size = sizeof unmap, unmap.id = ioas, unmap.iova = arguments[3], unmap.length = arguments[2];
        if (ioctl((int)arguments[0], IOAS_UNMAP, &unmap) != 0)
            return 0;
    }
    return count;
}
