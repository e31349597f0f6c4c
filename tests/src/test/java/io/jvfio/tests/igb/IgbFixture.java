// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabRunner;
import io.jvfio.tests.lab.LabSession;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The lab's igb, opened once for each access mode or, in a short run, once by its group and once by its own node, with its driver and two buffers to copy from and to. */
@ParameterizedClass(name = "[mode={0}]")
@MethodSource("io.jvfio.tests.igb.IgbFixture#modes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class IgbFixture {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Long enough for a copy that comes, as a copy that does not come costs this much. */
    static final Duration NO_COPY = Duration.ofMillis(200);

    private static final int BUFFER_SIZE = 512 * 1024;

    /** IEEE 802: a frame's type for experiments, in the bytes 12 and 13. */
    private static final byte[] EXPERIMENTAL_TYPE = {(byte) 0x88, (byte) 0xb5};

    /** JUnit insists on a field of the instance; what opens the device gets the mode as an argument. */
    @Parameter
    AccessMode mode;

    private LabSession lab;
    PciDevice device;
    IgbDriver driver;
    DmaBuffer source;
    DmaBuffer target;

    static Stream<AccessMode> modes() {
        return LabRunner.isShort()
                ? Stream.of(AccessMode.TYPE1V2, AccessMode.IOMMUFD)
                : EnumSet.complementOf(EnumSet.of(AccessMode.NOIOMMU)).stream();
    }

    @BeforeParameterizedClassInvocation
    void open(AccessMode current) {
        lab = new LabSession();
        device = lab.open(current, LabDevices.IGB);
        driver = IgbDriver.open(device);
        source = device.dma().allocate(BUFFER_SIZE);
        target = device.dma().allocate(BUFFER_SIZE);
    }

    @AfterParameterizedClassInvocation
    void close() {
        // Some tests exchange the driver, so it is no resource of the session. Closing it twice does no harm.
        if (driver != null) {
            lab.closing(driver);
        }
        lab.close();
    }

    /** What a failed test may have left under way is gone. */
    @BeforeEach
    void startWithNothingUnderWay() {
        driver.disableQueueInterrupts();
        driver.restartQueues();
        for (int vector = 0; vector < IgbDriver.VECTORS; vector++) {
            driver.interrupts().poll(vector);
        }
    }

    /** Fills a part of the source with bytes that differ with the seed, in the shape of frames of the given size. */
    void fillSource(long offset, int size, int frame, int seed) {
        MemorySegment bytes = source.memory().asSlice(offset, size);
        for (int at = 0; at < size; at++) {
            int inFrame = at % frame;
            byte value = inFrame == 12 || inFrame == 13
                    ? EXPERIMENTAL_TYPE[inFrame - 12]
                    : (byte) (seed * 31 + at * 7 + at / 251);
            bytes.set(ValueLayout.JAVA_BYTE, at, value);
        }
    }

    void assertCopied(long sourceOffset, long targetOffset, int size) {
        MemorySegment sent = source.memory().asSlice(sourceOffset, size);
        MemorySegment received = target.memory().asSlice(targetOffset, size);
        assertThat(received.mismatch(sent)).as("the first byte that differs").isEqualTo(-1);
    }

    /** Copies something new, and checks that it has come and no vector was signalled. */
    void assertCopies(int seed) {
        int size = 1024;
        fillSource(0, size, size, seed);
        target.memory().fill((byte) 'y');
        assertThat(driver.copy(source.iova(), target.iova(), size, PATIENCE)).isTrue();
        assertCopied(0, 0, size);
        assertThat(target.memory().get(ValueLayout.JAVA_BYTE, size))
                .as("the byte after it")
                .isEqualTo((byte) 'y');
        assertNoInterrupt();
    }

    void assertNoInterrupt() {
        for (int vector = 0; vector < IgbDriver.VECTORS; vector++) {
            assertThat(driver.interrupts().poll(vector)).as("vector %d", vector).isZero();
        }
    }
}
