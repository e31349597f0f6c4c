// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.Closing;
import io.jvfio.device.VfioDevice;
import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.FaultPlan;
import io.jvfio.emulation.ManualClock;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.MapRequest;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.testkit.TestMemory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A model, stepped, whose time stands until it is moved. */
abstract class ModelFixture {
    static final int CONFIG = 7;
    static final int COMMAND = 4;
    static final int MASTER = 4;
    static final int INTX = 0;
    static final int MSI = 1;
    static final int MSIX = 2;

    final ManualClock clock = new ManualClock();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private LeakCheck leaks;

    @BeforeEach
    final void start() {
        leaks = LeakCheck.start();
    }

    @AfterEach
    final void endWithNothingLeftBehind() {
        AssertionError failure = new AssertionError("what the test had opened could not be closed");
        Closing.after(failure, resources.reversed().toArray(AutoCloseable[]::new));
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
        leaks.assertNothingLeaked();
    }

    final <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    final EmulatedDevice open(String locator) {
        return open(locator, "");
    }

    final EmulatedDevice open(String locator, String faults) {
        return closing(
                EmulatedDevice.open(locator, EmulationOptions.stepped(clock).withFaults(FaultPlan.parse(faults))));
    }

    /** A model that is what a test says, and does nothing. */
    final EmulatedDevice special(Consumer<ModelSetup> saying, EmulationOptions options) {
        ModelProvider provider = new ModelProvider() {
            @Override
            public String name() {
                return "special";
            }

            @Override
            public String summary() {
                return "what a test says";
            }

            @Override
            public DeviceModel create(ModelSetup setup, ModelOptions options) {
                setup.identity(PciIdentity.of(0x1234, 0x5bec).withExpress());
                saying.accept(setup);
                return new DeviceModel() {
                    @Override
                    public boolean run() {
                        return false;
                    }

                    @Override
                    public void reset() {
                        // It keeps nothing.
                    }
                };
            }
        };
        return closing(EmulatedDevice.open(provider, "", options));
    }

    final EventFd eventfd() {
        return closing(EventFd.open(SystemCalls.linux()));
    }

    /** A page at an address, for reading and writing. */
    final TestMemory map(VfioDevice device, long iova) {
        return map(device, MapRequest.defaults().withIova(iova));
    }

    final TestMemory map(VfioDevice device, MapRequest request) {
        TestMemory memory = closing(TestMemory.ofPages(1));
        DmaMapping mapping = closing(device.addressSpace().map(memory.source(), request));
        assert mapping.isOpen();
        return memory;
    }

    static void busMaster(VfioDevice device) {
        command(device, MASTER, MASTER);
    }

    /** Changes bits of the command register. */
    static void command(VfioDevice device, int mask, int bits) {
        long before = device.readRegister(CONFIG, COMMAND, 2);
        device.writeRegister(CONFIG, COMMAND, 2, before & ~mask | bits);
    }

    /** Where a capability is. */
    static int capability(VfioDevice device, int id) {
        int at = (int) device.readRegister(CONFIG, 0x34, 1);
        while (at != 0 && device.readRegister(CONFIG, at, 1) != id) {
            at = (int) device.readRegister(CONFIG, at + 1, 1);
        }
        return at;
    }

    static long full(VfioDevice device, int register) {
        return device.readRegister(FullModel.REGISTERS, register, 8);
    }

    static void full(VfioDevice device, int register, long value) {
        device.writeRegister(FullModel.REGISTERS, register, 8, value);
    }
}
