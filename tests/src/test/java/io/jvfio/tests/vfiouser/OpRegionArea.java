// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.OpRegion;
import io.jvfio.vendor.igd.spec.OpRegionBuilder;
import io.jvfio.vendor.igd.spec.OpRegionField;
import io.jvfio.vendor.igd.spec.VbtBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpRegions in reserved memory of the guest, one behind the other: QEMU loads the file that {@link #main} writes. */
final class OpRegionArea {
    /** Where the area lies in the guest's memory, as the lab's scripts say. */
    static final long ADDRESS = 0x7000_0000L;

    static final int SIZE = 1 << 20;

    private static final int STRIDE = 0x10000;

    /** Where a table lies that RVDA names by its address, from the OpRegion's start. */
    private static final int ELSEWHERE = 0x8000;

    private static final Blob SMALL =
            new VbtBuilder(228).platform("JVFIO SMALL").build();

    /** It does not fit into mailbox 4. */
    private static final Blob LARGE = new VbtBuilder(228)
            .platform("JVFIO LARGE")
            .block(253, new byte[0x2000])
            .build();

    private static final int SIZE_AT = 0x10;

    private OpRegionArea() {}

    /** What an OpRegion can look like. Threads: immutable. */
    static final class Layout {
        private static final List<Layout> ALL = List.of(
                new Layout("TABLE_IN_MAILBOX", 0, new OpRegionBuilder(2, 0).vbt(SMALL)),
                new Layout("TABLE_AT_AN_ADDRESS", 1, new OpRegionBuilder(2, 0), LARGE),
                new Layout("TABLE_BEHIND", 2, new OpRegionBuilder(2, 1).vbtAt(OpRegion.SIZE, LARGE)),
                new Layout("TABLE_BEHIND_A_GAP", 3, new OpRegionBuilder(2, 1).vbtAt(2 * OpRegion.SIZE, LARGE)),
                new Layout("VERSION_3", 4, new OpRegionBuilder(3, 0).vbtAt(OpRegion.SIZE, LARGE)),
                new Layout("VERSION_3_WITH_A_GAP", 5, new OpRegionBuilder(3, 0).vbtAt(2 * OpRegion.SIZE, LARGE)),
                new Layout(
                        "VERSION_1",
                        6,
                        new OpRegionBuilder(1, 0)
                                .vbt(SMALL)
                                .put(OpRegionField.RVDA, 0, OpRegion.SIZE)
                                .put(OpRegionField.RVDS, 0, 0x100)),
                new Layout("BAD_SIGNATURE", 7, 0),
                new Layout("SIZE_OF_0", 8, SIZE_AT));

        private final String name;
        private final int place;
        private final byte[] image;
        private final @Nullable Blob presented;
        private final @Nullable Blob table;

        private Layout(String name, int place, OpRegionBuilder builder) {
            this.name = name;
            this.place = place;
            image = builder.memory().toArray();
            presented = builder.presented();
            table = builder.extended().size() == 0 ? SMALL : builder.extended();
        }

        private Layout(String name, int place, OpRegionBuilder builder, Blob far) {
            this.name = name;
            this.place = place;
            builder.vbtAt(address() + ELSEWHERE, far);
            image = new byte[ELSEWHERE + far.size()];
            System.arraycopy(builder.region().toArray(), 0, image, 0, OpRegion.SIZE);
            System.arraycopy(far.toArray(), 0, image, ELSEWHERE, far.size());
            presented = builder.presented();
            table = far;
        }

        /** One that the kernel refuses, as four bytes of it are 0. */
        private Layout(String name, int place, int spoiled) {
            this.name = name;
            this.place = place;
            image = new OpRegionBuilder(2, 0).vbt(SMALL).region().toArray();
            for (int i = 0; i < Integer.BYTES; i++) {
                image[spoiled + i] = 0;
            }
            presented = null;
            table = null;
        }

        static List<Layout> all() {
            return ALL;
        }

        String name() {
            return name;
        }

        /** Where firmware leaves it. */
        long address() {
            return ADDRESS + (long) place * STRIDE;
        }

        /** What vfio-pci shows of it; null if it refuses to open the function. */
        @Nullable Blob presented() {
            return presented;
        }

        /** The video BIOS table; null with a refused one. */
        @Nullable Blob table() {
            return table;
        }
    }

    /** Writes the area into the file that is named. */
    public static void main(String... arguments) throws IOException {
        byte[] area = new byte[SIZE];
        for (Layout layout : Layout.all()) {
            System.arraycopy(layout.image, 0, area, layout.place * STRIDE, layout.image.length);
        }
        Files.write(Path.of(arguments[0]), area);
    }
}
