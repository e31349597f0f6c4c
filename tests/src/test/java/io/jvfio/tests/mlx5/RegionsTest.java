// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.SlowRegions;
import io.jvfio.device.VfioDevice;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.DeviceRegion;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.Mlx5;
import io.jvfio.vendor.mlx.Mlx5Variant;
import io.jvfio.vendor.mlx.MlxHealth;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.InitSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The regions that the vendor's extension adds, used where it is and from behind a socket. */
@Timeout(120)
class RegionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final BringUpOptions OPTIONS = BringUpOptions.defaults().withLimits(PATIENCE, PATIENCE);
    private static final int INPUT = 0x0000;
    private static final int OUTPUT = 0x4000;
    private static final int INPUT_LENGTH = 0x8000;
    private static final int OUTPUT_LENGTH = 0x8004;
    private static final int RUN = 0x8008;
    private static final int RESULT = 0x800c;
    private static final int ROUNDS = 200;

    @TempDir
    private Path folder;

    private Rig rig;
    private Mlx5 mlx;
    private VfioDevice extended;

    @BeforeEach
    void start() {
        rig = new Rig(folder);
    }

    @AfterEach
    void nothing_is_left_behind() throws Exception {
        rig.close();
    }

    /** A function with the extension: the extension here, and the device where it is used. */
    private PciDevice opened(String way, String query) {
        VfioDevice stack = rig.closed(Vfio.create())
                .stack(Rig.model(query), OpenOptions.defaults())
                .device();
        mlx = stack.ability(Mlx5.class).orElseThrow();
        extended = stack;
        return rig.plain(way.equals("in process") ? stack : rig.overSocket(stack));
    }

    private static DeviceRegion commands(PciDevice device) {
        return device.region(Mlx5Variant.COMMANDS).orElseThrow();
    }

    /** Runs a command image by its region; what the region says. */
    private static int run(DeviceRegion region, String image, int outputLength) {
        byte[] bytes = HexFormat.of().parseHex(image);
        try (Arena arena = Arena.ofConfined()) {
            if (bytes.length > 0) {
                assertThat(region.write(INPUT, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes)))
                        .isEqualTo(bytes.length);
            }
            Mmio registers = region.mmio();
            registers.write32(INPUT_LENGTH, bytes.length);
            registers.write32(OUTPUT_LENGTH, outputLength);
            registers.write32(RUN, 1);
            return registers.read32(RESULT);
        }
    }

    private static byte[] output(DeviceRegion region, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(length);
            assertThat(region.read(OUTPUT, target)).isEqualTo(length);
            return target.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static String command(int opcode, int length) {
        return "%04x".formatted(opcode) + "00".repeat(length - 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"in process", "vfio-user"})
    void the_initialization_segment_is_the_device_s_and_read_only(String way) {
        PciDevice device = opened(way, "");
        DeviceRegion region = device.region(Mlx5Variant.INIT_SEGMENT).orElseThrow();
        assertThat(region.size()).isEqualTo(InitSegment.SIZE);
        assertThat(region.info().readable()).isTrue();
        assertThat(region.info().writable()).isFalse();
        Mmio segment = region.mmio();
        Mmio bar = device.bar(0).mmio();
        for (int at : new int[] {0x00, 0x04, 0x10, 0x14, 0x1fc, 0x230, 0x238, 0x23c}) {
            assertThat(segment.read32(at)).as("0x%x", at).isEqualTo(bar.read32(at));
        }
        assertThat(segment.read8(0x23d)).isZero();
        assertThat(segment.read16(0x04)).as("big-endian 5").isEqualTo(0x0500);
        assertThat(segment.read64(0x00)).isEqualTo(bar.read64(0x00));
        assertThat(InitSegment.INTERFACE_REVISION.of(segment.read(InitSegment.INTERFACE)))
                .isEqualTo(5);

        assertThatThrownBy(() -> segment.write32(0x14, 0))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(8);
            assertThatThrownBy(() -> region.write(0x10, bytes)).isInstanceOf(VfioException.class);
        }
        assertThatThrownBy(() -> segment.read32(InitSegment.SIZE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> segment.read64(InitSegment.SIZE - 4)).isInstanceOf(RuntimeException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"in process", "vfio-user"})
    void health_is_read_only_and_that_of_the_device(String way) {
        PciDevice device = opened(way, "inject=syndrome:NOP:0x10");
        DeviceRegion region = device.region(Mlx5Variant.HEALTH).orElseThrow();
        assertThat(region.size()).isEqualTo(0x40);
        assertThat(region.mmio().read8(0x3d)).isZero();
        assertThatThrownBy(() -> region.mmio().write32(0x3c, 0)).isInstanceOf(VfioException.class);
        mlx.bringUp(OPTIONS);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (region.mmio().read8(0x3d) == 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(region.mmio().read8(0x3d)).isEqualTo(0x10);
        assertThat(region.mmio().read32(0x38)).isEqualTo(device.bar(0).mmio().read32(0x238));
        MlxHealth health = mlx.health();
        assertThat(health.isFatal()).isFalse();
        assertThat(health.text()).contains("high temperature");
    }

    @ParameterizedTest
    @ValueSource(strings = {"in process", "vfio-user"})
    void a_command_image_runs_and_its_output_is_there(String way) {
        PciDevice device = opened(way, "");
        mlx.bringUp(OPTIONS);
        DeviceRegion region = commands(device);
        SlowRegions slow = extended.ability(SlowRegions.class).orElseThrow();
        assertThat(slow.slow(region.info().index()))
                .as("it waits for the firmware")
                .isTrue();
        assertThat(slow.slow(region.info().index() + 1)).as("health does not").isFalse();
        assertThat(run(region, command(0x101, 16), 272)).isZero();
        byte[] adapter = output(region, 272);
        assertThat(adapter[0]).isZero();
        assertThat(new String(adapter, 0x100, 13, StandardCharsets.US_ASCII)).isEqualTo("JVF0000000001");
        // Shorter than the one before, of which nothing is left.
        assertThat(run(region, command(0x80d, 16), 16)).isZero();
        assertThat(output(region, 272)).containsOnly(0);
        // With mailboxes in both directions.
        assertThat(run(region, "0100" + "0000" + "00000001" + "00".repeat(8), 4112))
                .isZero();
        assertThat(output(region, 4112)[0x10 + 0x1f] & 0xf).as("log_max_eq").isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"in process", "vfio-user"})
    void bad_images_are_refused_by_whom_it_may_concern(String way) {
        PciDevice device = opened(way, "");
        DeviceRegion region = commands(device);
        assertThat(run(region, command(0x80d, 16), 16)).as("it is not up").isEqualTo(Errno.ENODEV);
        mlx.bringUp(OPTIONS);
        assertThat(run(region, "", 16)).as("nothing").isEqualTo(Errno.EINVAL);
        assertThat(run(region, command(0x80d, 15), 16)).as("short").isEqualTo(Errno.EINVAL);
        assertThat(run(region, command(0x80d, 16), 15)).as("no room").isEqualTo(Errno.EINVAL);
        assertThat(run(region, command(0x80d, 16), 0x4000)).as("too much room").isEqualTo(Errno.EINVAL);
        assertThat(run(region, command(0x80d, 16), -1)).as("negative").isEqualTo(Errno.EINVAL);
        assertThat(run(region, command(0x80d, 0x3000), 16)).as("too long").isEqualTo(Errno.EINVAL);
        assertThat(output(region, 16)).containsOnly(0);

        assertThat(run(region, command(0xfff, 16), 16)).as("no command").isEqualTo(Errno.EINVAL);
        assertThat(output(region, 16)[0] & 0xff).isEqualTo(CommandStatus.BAD_OPERATION);
        assertThat(run(region, command(0x301, 16), 16))
                .as("CREATE_EQ of 16 bytes")
                .isEqualTo(Errno.EIO);
        assertThat(output(region, 16)[0] & 0xff).isEqualTo(CommandStatus.BAD_INPUT_LENGTH);

        Mmio registers = region.mmio();
        assertThatThrownBy(() -> registers.write32(RUN + 2, 1)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> registers.write32(region.size(), 1)).isInstanceOf(IndexOutOfBoundsException.class);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment end = arena.allocate(16);
            assertThat(region.write(region.size() - 8, end))
                    .as("cut at the end")
                    .isEqualTo(8);
        }
        assertThat(run(region, command(0x80d, 16), 16)).as("after all that").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"in process", "vfio-user"})
    void control_words_take_every_width_and_only_the_first_byte_of_run_runs(String way) {
        PciDevice device = opened(way, "");
        mlx.bringUp(OPTIONS);
        DeviceRegion region = commands(device);
        Mmio registers = region.mmio();
        registers.write32(RESULT, 77);
        for (int i = 0; i < 16; i++) {
            registers.write8(INPUT + i, i == 0 ? 0x08 : i == 1 ? 0x0d : 0);
        }
        registers.write64(INPUT_LENGTH, 16L << Integer.SIZE | 16);
        registers.write8(RUN + 1, 1);
        registers.write16(RUN + 2, 1);
        assertThat(registers.read32(RESULT)).isEqualTo(77);
        registers.write8(RUN, 0);
        assertThat(registers.read32(RESULT)).isZero();
        registers.write32(RESULT, 77);
        registers.write64(RUN, 0x5555_5555_0000_0001L);
        assertThat(registers.read32(RESULT)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"in process", "vfio-user"})
    void two_writers_spoil_each_other_s_images_and_nothing_else(String way) throws Exception {
        PciDevice device = opened(way, "");
        mlx.bringUp(OPTIONS);
        DeviceRegion region = commands(device);
        Callable<Integer> nops = () -> {
            int done = 0;
            for (int i = 0; i < ROUNDS; i++) {
                int result = run(region, command(0x80d, 16), 16);
                assertThat(result).isIn(0, Errno.EINVAL, Errno.EIO);
                done += result == 0 ? 1 : 0;
            }
            return done;
        };
        Callable<Integer> broken = () -> {
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(run(region, command(0xfff, 17 + i % 600), 16 + i % 900))
                        .isIn(0, Errno.EINVAL, Errno.EIO);
            }
            return ROUNDS;
        };
        try (ExecutorService both = Executors.newFixedThreadPool(2)) {
            for (Future<Integer> each : both.invokeAll(List.of(nops, broken))) {
                assertThat(each.get()).isPositive();
            }
        }
        assertThat(run(region, command(0x80d, 16), 16)).isZero();
        assertThat(mlx.health().isFatal()).isFalse();
    }
}
