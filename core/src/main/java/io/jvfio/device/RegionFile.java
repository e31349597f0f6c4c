// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Fd;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * The file behind a region: what a server may pass on to a client. It says how far it reaches, because whoever has the
 * descriptor is not held to the areas that it came with.
 *
 * <p>A file is made for one client, and can be taken back from it where the carrier has a way.
 *
 * <p>Threads: thread-safe.
 */
public final class RegionFile {

    /** What can be reached by a descriptor. */
    public enum Reach {
        /** Nothing but the areas. */
        AREAS,
        /** Every byte of the region, also those outside the areas. */
        REGION,
        /** Everything of the device, or what is not known: each file that came from another process. */
        DEVICE
    }

    private final Fd fd;
    private final long offset;
    private final List<RegionArea> areas;
    private final Reach reach;
    private final BooleanSupplier revoke;

    /**
     * A file.
     *
     * @param fd the file, borrowed from the device
     * @param offset where the region starts in the file, in bytes
     * @param areas the parts of the region that may be mapped, in bytes from the region's start
     * @param reach how far the descriptor reaches
     * @param revoke takes it back, and tells whether that is so
     */
    public RegionFile(Fd fd, long offset, List<RegionArea> areas, Reach reach, BooleanSupplier revoke) {
        this.fd = Objects.requireNonNull(fd, "fd");
        this.offset = offset;
        this.areas = List.copyOf(areas);
        this.reach = Objects.requireNonNull(reach, "reach");
        this.revoke = Objects.requireNonNull(revoke, "revoke");
    }

    /** A file that cannot be taken back. */
    public RegionFile(Fd fd, long offset, List<RegionArea> areas, Reach reach) {
        this(fd, offset, areas, reach, () -> false);
    }

    /** The file, borrowed from the device. */
    public Fd fd() {
        return fd;
    }

    /** Where the region starts in the file, in bytes. */
    public long offset() {
        return offset;
    }

    /** The parts of the region that may be mapped, in bytes from the region's start. */
    public List<RegionArea> areas() {
        return areas;
    }

    /** How far the descriptor reaches. */
    public Reach reach() {
        return reach;
    }

    /**
     * Takes the file back: whoever has been given the descriptor, or has mapped it, reaches the device no more. The
     * device's own windows, and their content, stay. Blocks; may be called again.
     *
     * @return whether that is so; if not, the file reaches the device for as long as somebody has it
     */
    public boolean revoke() {
        return revoke.getAsBoolean();
    }
}
