// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.mmio.BigWord32;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Simulated functions for a test, on the ways on which they are reached; closes them and looks for what is left. */
final class Rig {
    private static final int MODEL = 0xf100;
    private static final int COUNTS_LENGTH = 64;

    private final Path folder;
    private final LeakCheck leaks = LeakCheck.start();
    private final List<AutoCloseable> closing = new ArrayList<>();
    private int sockets;

    Rig(Path folder) {
        this.folder = folder;
    }

    <T extends AutoCloseable> T closed(T resource) {
        closing.add(resource);
        return resource;
    }

    static VfioDevice model(String query) {
        return EmulatedDevice.open("mlx5" + (query.isEmpty() ? "" : "?" + query), EmulationOptions.defaults());
    }

    /** A function without the vendor's extension. */
    PciDevice plain(VfioDevice device) {
        return closed(closed(Vfio.create()).pci(device, device.toString()));
    }

    /** A function in this process, without the vendor's extension. */
    PciDevice plain(String query) {
        return plain(model(query));
    }

    /** The same device from behind a socket. */
    VfioDevice overSocket(VfioDevice device) {
        Path socket = folder.resolve("socket" + sockets++);
        closed(VfioUserServer.listen(() -> device, socket, ServerOptions.defaults(), new ServerListener() {}));
        return VfioUserDevice.connect(socket, VfioUserLimits.defaults());
    }

    /** A function with the vendor's extension: "in process", "vfio-user" with it on this side, or "two hops". */
    PciDevice extended(String query, String way) {
        Vfio vfio = closed(Vfio.create());
        String model = "model:mlx5" + (query.isEmpty() ? "" : "?" + query);
        if (way.equals("in process")) {
            return closed(vfio.openPci(DeviceLocator.parse(model), OpenOptions.defaults()));
        }
        Path socket = folder.resolve("extended" + sockets++);
        closed(VfioUserServer.listen(() -> model(query), socket, ServerOptions.defaults(), new ServerListener() {}));
        return closed(vfio.openPci(DeviceLocator.parse("vfio-user:" + socket), OpenOptions.defaults()));
    }

    /** What the simulator counts: see {@link Count}. */
    static int count(Hca hca, Count which) {
        MemorySegment input = MemorySegment.ofArray(new int[COUNTS_LENGTH / Integer.BYTES]);
        CommandWords.OPCODE.set(input, Opcode.ACCESS_REG.code());
        CommandWords.MODIFIER.set(input, CommandWords.REGISTER_READ);
        CommandWords.REGISTER.set(input, MODEL);
        byte[] output = hca.command(input.toArray(ValueLayout.JAVA_BYTE), COUNTS_LENGTH);
        return BigWord32.at(CommandWords.REGISTER_AT + Integer.BYTES * which.at).of(MemorySegment.ofArray(output));
    }

    /** What the simulator counts. */
    enum Count {
        PAGES(0),
        DAMAGED_PAGES(1),
        IGNORED_DOORBELLS(2),
        COMMANDS(3),
        EVENTS(4),
        COMPLETIONS(5),
        SOFTWARE_RESETS(6);

        private final int at;

        Count(int at) {
            this.at = at;
        }
    }

    /** Closes all, the last first. */
    void close() throws Exception {
        for (int i = closing.size() - 1; i >= 0; i--) {
            closing.get(i).close();
        }
        leaks.assertNothingLeaked();
    }
}
