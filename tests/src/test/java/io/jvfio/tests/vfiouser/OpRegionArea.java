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

    /** What an OpRegion can look like. */
    enum Layout {
        TABLE_IN_MAILBOX(new OpRegionBuilder(2, 0).vbt(SMALL)),
        TABLE_AT_AN_ADDRESS(new OpRegionBuilder(2, 0), LARGE),
        TABLE_BEHIND(new OpRegionBuilder(2, 1).vbtAt(OpRegion.SIZE, LARGE)),
        TABLE_BEHIND_A_GAP(new OpRegionBuilder(2, 1).vbtAt(2 * OpRegion.SIZE, LARGE)),
        VERSION_3(new OpRegionBuilder(3, 0).vbtAt(OpRegion.SIZE, LARGE)),
        VERSION_3_WITH_A_GAP(new OpRegionBuilder(3, 0).vbtAt(2 * OpRegion.SIZE, LARGE)),
        VERSION_1(new OpRegionBuilder(1, 0)
                .vbt(SMALL)
                .put(OpRegionField.RVDA, 0, OpRegion.SIZE)
                .put(OpRegionField.RVDS, 0, 0x100)),
        BAD_SIGNATURE(0),
        SIZE_OF_0(SIZE_AT);

        private final byte[] image;
        private final @Nullable Blob presented;
        private final @Nullable Blob table;

        Layout(OpRegionBuilder builder) {
            image = builder.memory().toArray();
            presented = builder.presented();
            table = builder.extended().size() == 0 ? SMALL : builder.extended();
        }

        Layout(OpRegionBuilder builder, Blob far) {
            builder.vbtAt(address() + ELSEWHERE, far);
            image = new byte[ELSEWHERE + far.size()];
            System.arraycopy(builder.region().toArray(), 0, image, 0, OpRegion.SIZE);
            System.arraycopy(far.toArray(), 0, image, ELSEWHERE, far.size());
            presented = builder.presented();
            table = far;
        }

        /** One that the kernel refuses, as four bytes of it are 0. */
        Layout(int spoiled) {
            image = new OpRegionBuilder(2, 0).vbt(SMALL).region().toArray();
            for (int i = 0; i < Integer.BYTES; i++) {
                image[spoiled + i] = 0;
            }
            presented = null;
            table = null;
        }

        long address() {
            return ADDRESS + (long) ordinal() * STRIDE;
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
        for (Layout layout : Layout.values()) {
            System.arraycopy(layout.image, 0, area, layout.ordinal() * STRIDE, layout.image.length);
        }
        Files.write(Path.of(arguments[0]), area);
    }
}
