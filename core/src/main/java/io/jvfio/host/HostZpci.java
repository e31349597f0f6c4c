// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What sysfs says of a PCI function of IBM Z ({@code arch/s390/pci/pci_sysfs.c}, Linux 7.3).
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param functionId the id that the machine's definition gives it, 32 bits; it stays the same
 * @param handle by which the machine knows it now, 32 bits; 0 if that could not be read
 * @param channel the physical channel (PCHID), or -1
 * @param group the function group (PFGID), or -1
 * @param vfn the number of the virtual function, 0 for a physical one, or -1
 * @param type the type of the function (PFT), or -1
 * @param port the port of the adapter, or -1
 * @param uid the id that the user gave it, 32 bits; 0 for none
 * @param uidUnique whether that is unique, and therefore the domain of the function's address
 * @param mio whether the machine's memory I/O instructions are used for it
 * @param utility the bytes that firmware has to say of it, in hex; empty if there are none
 * @param path the segments of the internal path to it (PFIP), each 0 to 0xff; empty if they are not told
 */
public record HostZpci(
        int functionId,
        int handle,
        int channel,
        int group,
        int vfn,
        int type,
        int port,
        int uid,
        boolean uidUnique,
        boolean mio,
        String utility,
        List<Integer> path) {
    private static final int LONGEST_UTILITY = 64;
    private static final int SEGMENTS = 4;

    /** Refuses null and copies the list. */
    public HostZpci {
        Objects.requireNonNull(utility, "utility");
        path = List.copyOf(path);
    }

    /**
     * Reads what there is of a function.
     *
     * @param device its folder
     * @return empty if it is no function of IBM Z
     */
    static Optional<HostZpci> read(Sysfs sysfs, Path device) {
        String id = sysfs.read(device.resolve("function_id"));
        if (id == null) {
            return Optional.empty();
        }
        return Optional.of(new HostZpci(
                Numbers.hex(id, Integer.SIZE, 0),
                Numbers.hex(sysfs.read(device.resolve("function_handle")), Integer.SIZE, 0),
                Numbers.hex(sysfs.read(device.resolve("pchid")), Short.SIZE, -1),
                Numbers.hex(sysfs.read(device.resolve("pfgid")), Byte.SIZE, -1),
                Numbers.hex(sysfs.read(device.resolve("vfn")), Short.SIZE, -1),
                Numbers.hex(sysfs.read(device.resolve("pft")), Byte.SIZE, -1),
                Numbers.decimal(sysfs.read(device.resolve("port")), -1),
                Numbers.hex(sysfs.read(device.resolve("uid")), Integer.SIZE, 0),
                "1".equals(sysfs.read(device.resolve("uid_is_unique"))),
                "1".equals(sysfs.read(device.resolve("mio_enabled"))),
                utility(sysfs.bytes(device.resolve("util_string"), LONGEST_UTILITY)),
                path(sysfs, device.resolve("pfip"))));
    }

    /** All zeroes are what a function without one has. */
    private static String utility(byte @Nullable [] bytes) {
        if (bytes != null) {
            for (byte each : bytes) {
                if (each != 0) {
                    return HexFormat.of().formatHex(bytes);
                }
            }
        }
        return "";
    }

    private static List<Integer> path(Sysfs sysfs, Path folder) {
        List<Integer> segments = new ArrayList<>();
        for (int i = 0; i < SEGMENTS; i++) {
            int segment = Numbers.hex(sysfs.read(folder.resolve("segment" + i)), Byte.SIZE, -1);
            if (segment < 0) {
                return List.of();
            }
            segments.add(segment);
        }
        return segments;
    }
}
