// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jvfio.Vfio;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import io.jvfio.mmio.Layouts;
import io.jvfio.pci.PciDevice;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.ServerOptions.UnsealedMemory;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Served models for clients that do as SPDK's driver does. */
@Timeout(60)
final class OtherClientsTest {
    private static final SystemCalls SYS = SystemCalls.linux();
    private static final long IOVA = 0x80_0000;
    private static final long HUGE = 2L << 20;
    private static final int INSIDE = 0x40000;

    @TempDir
    Path folder;

    private VfioUserServer serve(EmulatedDevice device, ServerOptions options) {
        return VfioUserServer.listen(device, folder.resolve("cntrl"), options, ServerListener.NONE);
    }

    /** It passes the files of its memory, whatever they are. */
    private VfioUserDevice connect() {
        return VfioUserDevice.connect(
                folder.resolve("cntrl"), VfioUserLimits.defaults().withTrustServer(true));
    }

    @Test
    void the_page_of_doorbells_can_be_mapped_alone_and_its_writes_are_seen() {
        try (EmulatedDevice nvme =
                        EmulatedDevice.open("nvme?size=16MiB&doorbells=mapped", EmulationOptions.defaults());
                VfioUserServer server = serve(nvme, ServerOptions.defaults());
                Vfio vfio = Vfio.create();
                VfioUserDevice client = connect()) {
            assertThat(client.map(0, 0, 0x1000)).isEmpty();
            client.map(0, 0x1000, 0x1000).orElseThrow().close();
            try (PciDevice function = vfio.pci(client, "nvme");
                    NvmeController controller = NvmeController.open(function)) {
                assertThat(function.bar(0).mmio().isMapped(0x1000, 0x1000)).isTrue();
                assertThat(controller.namespaces()).hasSize(1);
            }
            assertThat(server.failure()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"4096, MESSAGES, 1", "4096, MAP, 0", "2097152, MESSAGES, 1", "2097152, MAP, 0"})
    void memory_that_a_client_could_take_away_works_and_is_told_once_if_it_is_slow(
            long page, UnsealedMemory way, int lines) throws Exception {
        assumeThat(page == HUGE ? freeHugePages() : 2)
                .as("free huge pages of 2 MiB; write 4 to /proc/sys/vm/nr_hugepages")
                .isGreaterThanOrEqualTo(2);
        List<String> logged = new CopyOnWriteArrayList<>();
        Handler handler = handler(logged);
        Logger.getLogger("io.jvfio").addHandler(handler);
        try (Descriptor file = file(2 * page, page == HUGE);
                Mapping view = Mapping.ofFile(SYS, file, 0, 2 * page, Abi.PROT_READ | Abi.PROT_WRITE);
                EmulatedDevice edu = EmulatedDevice.open("edu", EmulationOptions.defaults());
                VfioUserServer server = serve(edu, ServerOptions.defaults().withUnsealedMemory(way));
                VfioUserDevice client = connect()) {
            client.modifyRegister(7, 4, 2, 6, 6);
            try (DmaMapping first = map(client, file, view, 0, page);
                    DmaMapping second = map(client, file, view, page, page)) {
                assertThat(first.isOpen()).isTrue();
                assertThat(second.isOpen()).isTrue();
                view.memory().set(Layouts.LE_INT, 0, 0x1234_5678);
                move(client, IOVA, INSIDE, 1);
                move(client, INSIDE, IOVA + page, 3);
                assertThat(view.memory().get(Layouts.LE_INT, page)).isEqualTo(0x1234_5678);
            }
            assertThat(server.failure()).isEmpty();
        } finally {
            Logger.getLogger("io.jvfio").removeHandler(handler);
        }
        assertThat(logged.stream().filter(line -> line.contains("reached by messages")))
                .hasSize(lines);
    }

    private static DmaMapping map(VfioUserDevice client, Descriptor file, Mapping view, long offset, long size) {
        return client.addressSpace()
                .map(
                        new DmaSource.File(file, offset, view.memory().asSlice(offset, size)),
                        MapRequest.defaults().withIova(IOVA + offset));
    }

    private static void move(VfioUserDevice client, long from, long to, int command) {
        client.writeRegister(0, 0x80, 8, from);
        client.writeRegister(0, 0x88, 8, to);
        client.writeRegister(0, 0x90, 8, 8);
        client.writeRegister(0, 0x98, 8, command);
        while ((client.readRegister(0, 0x98, 4) & 1) != 0) {
            Thread.onSpinWait();
        }
    }

    /** As in hugetlbfs: nobody can seal it. */
    private static Descriptor file(long size, boolean huge) {
        int number = SYS.memfdCreate("hugetlb", Abi.MFD_CLOEXEC | (huge ? Abi.MFD_HUGETLB : 0));
        Descriptor file = Descriptor.of(SYS, number, "memfd_create", "hugetlb");
        assertThat(SYS.ftruncate(file.acquire(), size)).isZero();
        file.release();
        return file;
    }

    private static long freeHugePages() throws Exception {
        Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
        return Files.exists(free) ? Long.parseLong(Files.readString(free).strip()) : 0;
    }

    private static Handler handler(List<String> logged) {
        return new Handler() {
            @Override
            public void publish(LogRecord each) {
                logged.add(each.getMessage());
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // There is nothing to close.
            }
        };
    }
}
