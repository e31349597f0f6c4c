// SPDX-License-Identifier: Apache-2.0
/**
 * The kernel's ABI for VFIO and iommufd: structs, ioctls and constants of {@code vfio.h}, {@code vfio_zdev.h} and
 * {@code iommufd.h}, in the headers' spelling.
 *
 * <p>There is one record for each struct, named after it. Its {@link io.jvfio.internal.uapi.Struct STRUCT} has the C
 * layout, decodes a segment and encodes one, {@code argsz} or {@code size} included. Fields that only the kernel writes are
 * encoded, too, so that a stand-in for the kernel can answer. Flags and ioctls are constants of the record whose struct they
 * belong to; a call looks like this:
 *
 * <pre>{@code
 * MemorySegment struct = IommuIoasAlloc.STRUCT.allocate(arena, IommuIoasAlloc.request());
 * int result = calls.ioctl(fd, IommuIoasAlloc.IOMMU_IOAS_ALLOC.request(), struct);
 * int ioas = IommuIoasAlloc.STRUCT.read(struct).outIoasId();
 * }</pre>
 *
 * <p>Structs have the byte order of this machine; the capabilities of {@code vfio_zdev.h} can also be read in the other one,
 * from a dump.
 *
 * <p>Unsigned 32- and 64-bit fields stay {@code int} and {@code long}; narrower ones are widened. Left out is what a PCI or
 * mdev device cannot meet: sPAPR and EEH, channel I/O, adjunct processors, NVLink, and version 1 of migration.
 */
package io.jvfio.internal.uapi;
