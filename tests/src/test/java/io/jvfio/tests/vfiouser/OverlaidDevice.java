// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.device.VfioDevice;
import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.variant.Additions;
import io.jvfio.variant.ConfigOverlay;
import io.jvfio.variant.Trap;
import io.jvfio.variant.VariantDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Serves a device of mapped memory with a storey on it, which overlays config space and takes a page of the memory. */
final class OverlaidDevice {
    static final int BAR_SIZE = 0x10000;
    static final int HOLE = 0x3000;

    /** What the device has for a subsystem, and what the storey shows instead. */
    static final int OWN_SUBSYSTEM = 0x0bad;

    static final int SUBSYSTEM = 0x600d;

    /** Two bytes of the device, of which software can write the lower one above. */
    static final int REGISTER = 0xd0;

    static final int REGISTER_VALUE = 0x1234;

    /** A vendor's capability that the device has not. */
    static final int CAPABILITY = 0xe0;

    static final int CAPABILITY_LENGTH = 8;

    private OverlaidDevice() {}

    /** What the hole reads as: not what the memory holds. */
    static int hole(long offset) {
        return 0x600d_0000 | (int) (offset - HOLE);
    }

    /** What the memory holds at first, wherever it is. */
    static int memory(long offset) {
        return 0x0bad_0000 | (int) offset;
    }

    private static final class Memory implements ModelProvider {
        @Override
        public String name() {
            return "memory";
        }

        @Override
        public String summary() {
            return "a BAR of mapped memory";
        }

        @Override
        public DeviceModel create(ModelSetup setup, ModelOptions options) {
            setup.identity(PciIdentity.of(0x1234, 0x0b1e)
                    .withSubsystem(0x1234, OWN_SUBSYSTEM)
                    .withClass(0x12_0000)
                    .withExpress());
            MemorySegment memory = setup.bar(0, BAR_SIZE).memory(0, BAR_SIZE);
            for (int at = 0; at < BAR_SIZE; at += Integer.BYTES) {
                memory.set(ValueLayout.JAVA_INT, at, memory(at));
            }
            return new DeviceModel() {
                @Override
                public boolean run() {
                    return false;
                }

                @Override
                public void reset() {
                    // Memory stays as it is.
                }
            };
        }
    }

    private static final class Storey extends VariantDevice {
        Storey(VfioDevice below) {
            super(below, Additions.none().withTraps(List.of(trap())).withOverlay(overlay()));
        }

        private static Trap trap() {
            return new Trap(0, HOLE, Trap.PAGE, Trap.Kind.EMULATE, new RegisterPort() {
                @Override
                public long read(long offset, int width) {
                    return Integer.toUnsignedLong(hole(offset)) & -1L >>> Long.SIZE - width * Byte.SIZE;
                }

                @Override
                public void write(long offset, int width, long value) {
                    // It is read-only.
                }
            });
        }

        private static ConfigOverlay overlay() {
            return ConfigOverlay.builder()
                    .register(0x2e, 2, SUBSYSTEM, FieldAccess.RO)
                    .register(REGISTER, 2, REGISTER_VALUE, FieldAccess.RW)
                    .capability(0x09, CAPABILITY_LENGTH, CAPABILITY)
                    .register(CAPABILITY + 2, 1, CAPABILITY_LENGTH, FieldAccess.RO)
                    .build();
        }
    }

    /** Serves it at the socket that is named until the process is told to end. */
    public static void main(String... arguments) throws InterruptedException {
        Path socket = Path.of(arguments[0]);
        VfioDevice device = new Storey(EmulatedDevice.open(new Memory(), "", EmulationOptions.defaults()));
        VfioUserServer server = VfioUserServer.listen(device, socket, ServerOptions.defaults(), ServerListener.NONE);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            device.close();
        }));
        new CountDownLatch(1).await();
    }
}
