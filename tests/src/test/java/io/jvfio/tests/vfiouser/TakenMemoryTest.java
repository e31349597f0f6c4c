// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import io.jvfio.mmio.Layouts;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.ServerOptions.UnsealedMemory;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client takes its memory away while the device works in it: that ends its transfers, and nothing else. */
@Timeout(120)
class TakenMemoryTest {
    private static final long IOVA = 0x20_0000;
    private static final long KEPT = 0x10_0000;
    private static final int HOLE = 0x2 | 0x1; // FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
    private static final int ROUNDS = 20;
    private static final SystemCalls SYS = SystemCalls.linux();

    @TempDir
    private Path folder;

    private LeakCheck leaks;
    private final CountDownLatch lost = new CountDownLatch(1);

    @BeforeEach
    void start() {
        leaks = LeakCheck.start();
    }

    @AfterEach
    void nothing_is_left_behind() {
        leaks.assertNothingLeaked();
    }

    /** How a client takes pages away. */
    enum Way {
        /** It makes the file shorter, which a seal would have forbidden. */
        CUT(false, 0),
        /** It punches a hole into huge pages and takes what is left of them, which no seal forbids. */
        HUGE_HOLE(false, MemFd.HUGE_2_MIB),
        /** It punches a hole into what may be mapped without any word, which does no harm. */
        HOLE(true, 0);

        private final boolean sealed;
        private final long pages;

        Way(boolean sealed, long pages) {
            this.sealed = sealed;
            this.pages = pages;
        }

        private boolean faults() {
            return this != HOLE;
        }
    }

    /** A client's memory, in the hands of one that wants no good. */
    private static final class Taken implements AutoCloseable {
        private final Way way;
        private final Descriptor file;
        private final Mapping view;
        private final MemFd keptFile;
        private final Mapping kept;
        private Descriptor thief;

        Taken(Way way) throws Exception {
            this.way = way;
            if (way.pages != 0) {
                assumeThat(free())
                        .as("free huge pages of 2 MiB; write 4 to /proc/sys/vm/nr_hugepages")
                        .isPositive();
            }
            keptFile = MemFd.of(SYS, "kept", 4096);
            kept = keptFile.map(0, 4096);
            file = create("taken", way.pages);
            call(number -> SYS.ftruncate(number, size()));
            if (way.sealed || way.pages != 0) {
                call(number -> SYS.fcntl(number, Abi.F_ADD_SEALS, Abi.F_SEAL_SHRINK));
            }
            view = Mapping.ofFile(SYS, file, 0, size(), Abi.PROT_READ | Abi.PROT_WRITE);
            view.memory().fill((byte) 0x5a);
        }

        private static Descriptor create(String name, long pages) {
            int huge = pages == 0 ? 0 : Abi.MFD_HUGETLB;
            int number = SYS.memfdCreate(name, Abi.MFD_CLOEXEC | Abi.MFD_ALLOW_SEALING | huge);
            return Descriptor.of(SYS, number, "memfd_create", name);
        }

        long size() {
            return way.pages == 0 ? 0x4000 : way.pages;
        }

        private static long free() throws Exception {
            Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
            return Files.exists(free) ? Long.parseLong(Files.readString(free).strip()) : 0;
        }

        private void call(IntUnaryOperator call) {
            int number = file.acquire();
            assertThat(call.applyAsInt(number)).isNotNegative();
            file.release();
        }

        DmaSource source() {
            return new DmaSource.File(file, 0, view.memory());
        }

        /** Memory that is not taken away. */
        DmaSource kept() {
            return new DmaSource.File(keptFile.fd(), 0, kept.memory());
        }

        void take() throws Exception {
            if (way == Way.CUT) {
                call(number -> SYS.ftruncate(number, 0));
                return;
            }
            call(number -> SYS.fallocate(number, HOLE, 0, size()));
            if (way.pages != 0) {
                thief = create("thief", way.pages);
                int number = thief.acquire();
                while (free() > 0) {
                    SYS.fallocate(number, 0, 0, free() * way.pages);
                }
                thief.release();
            }
        }

        void giveBack() {
            if (thief != null) {
                thief.close();
                thief = null;
            }
            if (way == Way.CUT) {
                call(number -> SYS.ftruncate(number, size()));
            }
        }

        @Override
        public void close() {
            giveBack();
            view.close();
            file.close();
            kept.close();
            keptFile.close();
        }
    }

    private VfioUserServer serve(VfioDevice device) {
        ServerOptions options = ServerOptions.defaults().withUnsealedMemory(UnsealedMemory.MAP);
        return VfioUserServer.listen(device, folder.resolve("s"), options, new ServerListener() {
            @Override
            public void clientLost(Client client, String reason) {
                lost.countDown();
            }
        });
    }

    private VfioUserDevice connect() {
        return VfioUserDevice.connect(
                folder.resolve("s"), VfioUserLimits.defaults().withTrustServer(true));
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).isNegative();
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void edu_s_transfers_fail_and_edu_goes_on_also_for_the_next_client(Way way) throws Exception {
        try (Taken memory = new Taken(way);
                Bystander bystander = new Bystander(folder);
                EmulatedDevice edu = EmulatedDevice.open("edu", EmulationOptions.defaults());
                VfioUserServer server = serve(edu)) {
            try (VfioUserDevice client = connect()) {
                client.modifyRegister(7, 4, 2, 6, 6);
                DmaMapping mapping = client.addressSpace()
                        .map(memory.source(), MapRequest.defaults().withIova(IOVA));
                client.addressSpace().map(memory.kept(), MapRequest.defaults().withIova(KEPT));
                assertThat(fromMemory(client, memory)).isEqualTo(0x5a5a_5a5aL);
                memory.take();
                for (int i = 0; i < ROUNDS; i++) {
                    assertThat(fromMemory(client, memory)).isEqualTo(way.faults() ? 0xffff_ffffL : 0);
                    toMemory(client);
                    if (!way.faults()) {
                        memory.take();
                    }
                }
                memory.giveBack();
                toMemory(client);
                assertThat(fromMemory(client, memory)).isNotEqualTo(0xffff_ffffL);
                mapping.close();
            }
            assertThat(lost.await(1, TimeUnit.SECONDS)).isTrue();
            bystander.assertUndisturbed();
            assertThat(server.failure()).isEmpty();
            edu_moves_bytes_for_the_next_client();
        }
    }

    /** Has edu read eight bytes of memory into its buffer and out of it into memory that nobody takes. */
    private static long fromMemory(VfioUserDevice client, Taken memory) {
        run(client, IOVA, 0x40000, 8, 1);
        run(client, 0x40000, KEPT, 8, 3);
        return memory.kept.memory().get(Layouts.LE_INT, 0) & 0xffff_ffffL;
    }

    private static void toMemory(VfioUserDevice client) {
        run(client, 0x40000, IOVA + 0x1000, 4096, 3);
    }

    private static void run(VfioUserDevice client, long from, long to, int count, int command) {
        client.writeRegister(0, 0x80, 8, from);
        client.writeRegister(0, 0x88, 8, to);
        client.writeRegister(0, 0x90, 8, count);
        client.writeRegister(0, 0x98, 8, command);
        awaitTrue(() -> (client.readRegister(0, 0x98, 4) & 1) == 0);
    }

    private void edu_moves_bytes_for_the_next_client() {
        try (Vfio context = Vfio.create();
                PciDevice edu = context.openPci(
                        DeviceLocator.parse("vfio-user:" + folder.resolve("s")), OpenOptions.defaults())) {
            assertThat(edu.bar(0).mmio().read32(4)).isZero();
            edu.enableBusMaster();
            try (DmaBuffer buffer = edu.dma().allocate(4096)) {
                buffer.memory().fill((byte) 0x11);
                VfioUserDevice client =
                        edu.device().ability(VfioUserDevice.class).orElseThrow();
                run(client, buffer.iova(), 0x40000, 64, 1);
                run(client, 0x40000, buffer.iova() + 2048, 64, 3);
                CRC32 first = new CRC32();
                first.update(buffer.memory().asSlice(0, 64).asByteBuffer());
                CRC32 second = new CRC32();
                second.update(buffer.memory().asSlice(2048, 64).asByteBuffer());
                assertThat(second.getValue()).isEqualTo(first.getValue());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"CUT", "HUGE_HOLE"})
    void an_nvme_controller_whose_queues_are_taken_away_is_whole_for_the_next_client(Way way) throws Exception {
        try (Taken memory = new Taken(way);
                Bystander bystander = new Bystander(folder);
                EmulatedDevice nvme = EmulatedDevice.open("nvme?size=16MiB", EmulationOptions.defaults());
                VfioUserServer server = serve(nvme)) {
            try (VfioUserDevice client = connect()) {
                client.modifyRegister(7, 4, 2, 6, 6);
                DmaMapping mapping = client.addressSpace()
                        .map(memory.source(), MapRequest.defaults().withIova(IOVA));
                client.writeRegister(0, 0x24, 4, 0x1f_001f);
                client.writeRegister(0, 0x28, 8, IOVA);
                client.writeRegister(0, 0x30, 8, IOVA + 0x1000);
                client.writeRegister(0, ControllerRegisters.CC.offset(), 4, 0x46_0001);
                awaitTrue(() -> (status(client) & 1) != 0);
                memory.take();
                client.writeRegister(0, ControllerRegisters.DOORBELLS, 4, 1);
                awaitTrue(() -> (status(client) & 2) != 0);
                long begin = System.nanoTime();
                mapping.close();
                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                        .as("nothing is left pinned")
                        .isLessThan(Duration.ofSeconds(1));
            }
            assertThat(lost.await(1, TimeUnit.SECONDS)).isTrue();
            bystander.assertUndisturbed();
            assertThat(server.failure()).isEmpty();
            try (Vfio context = Vfio.create();
                    PciDevice device = context.openPci(
                            DeviceLocator.parse("vfio-user:" + folder.resolve("s")), OpenOptions.defaults());
                    NvmeController controller = NvmeController.open(device)) {
                assertThat(controller.namespaces()).hasSize(1);
            }
        }
    }

    private static long status(VfioUserDevice client) {
        return client.readRegister(0, ControllerRegisters.CSTS.offset(), 4);
    }
}
