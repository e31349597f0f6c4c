// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import io.jvfio.DeviceLocator;
import io.jvfio.Fd;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VariantChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Maps a page of BAR 0 of the function that is named, as the kernel allows, and loads from it: see {@link RawLoadKernelIT}. */
final class RawLoad {
    private static final int PAGE = 4096;
    private static final int PROT_READ = 1;
    private static final int MAP_SHARED = 1;

    private RawLoad() {}

    @SuppressWarnings("restricted")
    public static void main(String[] arguments) {
        // The layer would not pass the descriptor on.
        OpenOptions bare = OpenOptions.defaults().withVariant(VariantChoice.none());
        try (Vfio vfio = Vfio.create();
                VfioDevice device = vfio.openDevice(DeviceLocator.parse(arguments[0]), bare)) {
            Fd node = device.ability(Fd.class).orElseThrow();
            long address = SystemCalls.linux().mmap(0, PAGE, PROT_READ, MAP_SHARED, node.acquire(), 0);
            node.release();
            System.out.println(address > 0 ? "mapped" : "not mapped: " + address);
            int value = MemorySegment.ofAddress(address).reinterpret(PAGE).get(ValueLayout.JAVA_INT, 0);
            System.out.println("loaded " + value);
        }
    }
}
