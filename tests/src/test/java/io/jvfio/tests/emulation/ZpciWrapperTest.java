// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceFeature.Direction;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.device.ZpciErrors;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.interrupt.Notices;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.IovaExhaustedException;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.platform.zpci.spec.BaseCapability;
import io.jvfio.platform.zpci.spec.ErrorCode;
import io.jvfio.platform.zpci.spec.ErrorRecord;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import io.jvfio.testkit.TestMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A zPCI function around a model. */
final class ZpciWrapperTest extends ModelFixture {
    private static final int ERR = VfioPci.VFIO_PCI_ERR_IRQ_INDEX;
    private static final int ZPCI_ERROR = 13;
    private static final long START = 0x1_0000_0000L;
    private static final long NOWHERE = 0x1_0666_0000L;
    private static final long ONES = -1;

    private static ZpciCapabilities capabilities(VfioDevice device) {
        return ZpciCapabilities.of(device.info()).orElseThrow();
    }

    private static ZpciErrors errors(EmulatedDevice device) {
        return device.ability(ZpciErrors.class).orElseThrow();
    }

    private static Optional<ErrorRecord> next(EmulatedDevice device) {
        return errors(device).next().map(bytes -> ErrorRecord.parse(MemorySegment.ofArray(bytes)));
    }

    private static List<Integer> codes(EmulatedDevice device) {
        List<Integer> codes = new ArrayList<>();
        for (Optional<ErrorRecord> each = next(device); each.isPresent(); each = next(device)) {
            codes.add(each.get().pec());
        }
        return codes;
    }

    /** Counts what ERR says from now on. */
    private static AtomicInteger told(EmulatedDevice device) {
        AtomicInteger told = new AtomicInteger();
        device.ability(Notices.class).orElseThrow().tell(new Notices.Listener() {
            @Override
            public void errorReported() {
                told.incrementAndGet();
            }

            @Override
            public void removalRequested() {
                // Nobody asks for it.
            }
        });
        return told;
    }

    private static void poke(EmulatedDevice device, long iova) {
        full(device, FullModel.POKE, iova);
        device.step();
    }

    /** What a real function of QEMU's showed under Linux 7.3. */
    @Test
    void without_keys_it_shows_what_a_real_one_did() {
        EmulatedDevice device = open("zpci?of=full&zpci.aperture=0x100000000-0x17fffffff");
        ZpciCapabilities shown = capabilities(device);
        assertThat(device.info().capabilities()).hasSize(3);
        assertThat(shown.base())
                .isEqualTo(
                        new BaseCapability(3, START, 0x1_7fff_ffffL, 0, 0, 0, 0, 0xff, 0x8002_0000, ErrorRecord.SIZE));
        assertThat(shown.group()).isNotNull();
        assertThat(shown.group().bytes(ByteOrder.BIG_ENDIAN))
                .asHexString()
                .isEqualTo(("00020002" + "00000000" + "0000000000000000" + "FE00000000000000" + "0000000000000001"
                        + "0FA0" + "0080" + "0080" + "00" + "00" + "0080" + "000000000000"));
        assertThat(shown.util()).isNull();
        assertThat(shown.pfip()).hasToString("00.00.00.00");
        assertThat(capabilities(open("zpci?of=full")).base().aperture())
                .isEqualTo(new IovaRange(START, 0x1_7fff_ffffL));
    }

    @Test
    void each_key_is_seen() {
        EmulatedDevice device = open("zpci?of=edu&zpci.base=2&zpci.group=1&zpci.util=ROCE 1&zpci.pfip=01.00.80.ff"
                + "&zpci.aperture=1GiB&zpci.noi=8&zpci.fh=0x81020304&zpci.pchid=0x1234&zpci.vfn=2&zpci.pft=0x0a"
                + "&zpci.gid=0x20&zpci.imaxstbl=8191");
        ZpciCapabilities shown = capabilities(device);
        assertThat(shown.base())
                .isEqualTo(new BaseCapability(2, START, 0x1_3fff_ffffL, 0x1234, 2, 0, 0x0a, 0x20, 0x8102_0304, 0));
        assertThat(shown.group().version()).isEqualTo(1);
        assertThat(shown.group().noi()).isEqualTo(8);
        assertThat(shown.group().imaxstbl()).isZero();
        assertThat(shown.util()).hasToString("ROCE 1");
        assertThat(shown.pfip().segments()).containsExactly(1, 0, 0x80, 0xff);
        assertThat(capabilities(open("zpci?of=edu&zpci.imaxstbl=4096")).group().imaxstbl())
                .isEqualTo(4096);
        ZpciCapabilities least = capabilities(open("zpci?of=edu&zpci.base=1&zpci.group=0&zpci.pfip=off"));
        assertThat(least.base().fh()).isZero();
        assertThat(least.group()).isNull();
        assertThat(least.pfip()).isNull();
        EmulatedDevice bare = open("zpci?of=edu&zpci.base=0&zpci.util=unseen");
        assertThat(bare.info().capabilities()).isEmpty();
        assertThat(bare.addressSpace().usable()).containsExactly(new IovaRange(START, 0x1_7fff_ffffL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base=4",
                "group=3",
                "util=\u00fc",
                "pfip=1.2.3.4",
                "pfip=00.00.00.00.00.00.00.00.00",
                "pfip=",
                "aperture=-5",
                "aperture=0x100000001-0x1ffffffff",
                "aperture=0x100000000-0x1fffffffe",
                "aperture=0x200000000-0x1ffffffff",
                "aperture=0x100000000-",
                "aperture=5000",
                "aperture=1TB",
                "noi=0",
                "noi=2049",
                "fid=0x100000000",
                "fh=handle",
                "pchid=0x10000",
                "vfn=0x10000",
                "pft=0x100",
                "gid=-1",
                "imaxstbl=8192",
                "reset=pm",
            })
    void a_bad_value_is_named_with_its_key(String setting) {
        String key = setting.substring(0, setting.indexOf('='));
        assertThatThrownBy(() -> open("zpci?of=edu&zpci." + setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("option zpci." + key + "=")
                .hasMessageContaining("of model zpci");
        String long65 = "x".repeat(65);
        assertThatThrownBy(() -> open("zpci?of=edu&zpci.util=" + long65)).hasMessageContaining("64");
    }

    @Test
    void the_handle_changes_with_each_reset_and_nothing_else_does() {
        EmulatedDevice device = open("zpci?of=full&zpci.fh=0xff020007");
        BaseCapability before = capabilities(device).base();
        assertThat(before.fh()).isEqualTo(0xff02_0007);
        device.reset();
        BaseCapability after = capabilities(device).base();
        assertThat(after.fh()).isEqualTo(0x8002_0007);
        assertThat(after.enabled()).isTrue();
        int express = capability(device, 0x10);
        device.writeRegister(CONFIG, express + 8, 2, 1 << 15); // a function-level reset
        assertThat(capabilities(device).base().fh()).isEqualTo(0x8102_0007);
        EmulatedDevice still = open("zpci?of=full&zpci.reset=flr");
        still.reset();
        assertThat(capabilities(still).base().fh()).isEqualTo(0x8002_0000);
        assertThat(capabilities(device).group())
                .isEqualTo(capabilities(open("zpci?of=full")).group());
    }

    @ParameterizedTest
    @CsvSource({"0,UNMAPPED", "1,DENIED"})
    void a_transfer_that_finds_no_memory_is_an_event_of_code_4(int mapped, String reason) {
        EmulatedDevice device = open("zpci?of=full&zpci.fid=0x42");
        AtomicInteger told = told(device);
        busMaster(device);
        TestMemory memory = closing(TestMemory.ofPages(1));
        if (mapped == 1) {
            closing(device.addressSpace()
                    .map(
                            memory.source(),
                            MapRequest.defaults().withIova(NOWHERE).withAccess(Access.READ)));
        }
        int handle = capabilities(device).base().fh();
        poke(device, NOWHERE + 8);
        Waiting.until(() -> told.get() == 1);
        assertThat(next(device)).contains(new ErrorRecord(handle, 0x42, 0, 0, 0, false, true, NOWHERE + 8, 4));
        assertThat(next(device)).isEmpty();
        assertThat(full(device, FullModel.LAST_STATUS)).as(reason).isEqualTo(ONES);
        assertThat(memory.bytes().get(ValueLayout.JAVA_LONG, 8)).isZero();
    }

    @Test
    void a_function_in_error_answers_ones_and_loses_writes_until_its_reset() {
        EmulatedDevice device = open("zpci?of=full");
        busMaster(device);
        full(device, FullModel.SCRATCH, 5);
        poke(device, NOWHERE);
        assertThat(full(device, FullModel.SCRATCH)).isEqualTo(ONES);
        full(device, FullModel.MESSAGE, 1);
        device.reset();
        assertThat(full(device, FullModel.SCRATCH)).isZero();
        busMaster(device);
        map(device, START);
        poke(device, START);
        assertThat(FullModel.status(full(device, FullModel.LAST_STATUS)).done()).isTrue();
        assertThat(next(device).orElseThrow().faddr()).isEqualTo(NOWHERE);
    }

    @Test
    void four_events_are_kept_and_all_are_told() {
        EmulatedDevice device = open(
                "zpci?of=full",
                "error:read:at=0x0:nth=1:code=1;error:read:at=0x0:nth=2:code=2;"
                        + "error:read:at=0x0:nth=3:code=0x3a;error:read:at=0x0:nth=4;error:read:at=0x0:from=5:code=5");
        AtomicInteger told = told(device);
        for (int i = 1; i <= 6; i++) {
            full(device, FullModel.SCRATCH);
            int events = i;
            Waiting.until(() -> told.get() == events);
        }
        device.reset();
        assertThat(codes(device)).containsExactly(1, 2, 0x3a, ErrorCode.TRANSLATION_PROTECTION);
        full(device, FullModel.SCRATCH);
        assertThat(codes(device)).containsExactly(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x2a, 0x2b, 0x2c})
    void events_of_the_measurement_block_are_the_kernels(int code) {
        EmulatedDevice device = open("zpci?of=full", "error:write:nth=1:code=" + code);
        full(device, FullModel.SCRATCH, 5);
        assertThat(full(device, FullModel.SCRATCH)).isEqualTo(5);
        assertThat(next(device)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x3b, 0x40})
    void a_function_that_has_failed_for_good_is_not_reset(int code) {
        EmulatedDevice device = open("zpci?of=full", "error:write:nth=1:code=" + code);
        int handle = capabilities(device).base().fh();
        full(device, FullModel.SCRATCH, 5);
        assertThat(codes(device)).containsExactly(code);
        assertThatThrownBy(device::reset)
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
        assertThat(full(device, FullModel.SCRATCH)).isEqualTo(ONES);
        assertThat(capabilities(device).base().fh()).isEqualTo(handle);
    }

    @Test
    void records_can_be_had_where_BASE_says_how_long_they_are() {
        DeviceFeature.Probe probe = new DeviceFeature.Probe(ZPCI_ERROR, Direction.PROBE_GET);
        EmulatedDevice device = open("zpci?of=full");
        assertThat(device.feature(probe)).isPresent();
        assertThat(device.feature(new DeviceFeature.Probe(ZPCI_ERROR, Direction.PROBE_SET)))
                .isEqualTo(Optional.empty());
        ZpciErrors errors = errors(device);
        assertThat(errors(device)).isSameAs(errors);
        for (int base = 0; base < 3; base++) {
            EmulatedDevice older = open("zpci?of=full&zpci.base=" + base, "error:write:nth=1");
            assertThat(older.feature(probe)).isEqualTo(Optional.empty());
            assertThat(older.ability(ZpciErrors.class)).isEmpty();
            AtomicInteger told = told(older);
            full(older, FullModel.SCRATCH, 5);
            Waiting.until(() -> told.get() == 1);
        }
        device.close();
        assertThatThrownBy(errors::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void ERR_is_there_on_PCIe_functions_alone() {
        assertThat(open("zpci?of=full").irq(ERR).count()).isEqualTo(1);
        EmulatedDevice conventional = open("zpci?of=edu", "error:read:nth=1");
        assertThat(conventional.irq(ERR).count()).isZero();
        assertThat(conventional.readRegister(0, 0, 4)).isEqualTo(0xffff_ffffL);
        assertThat(codes(conventional)).containsExactly(ErrorCode.TRANSLATION_PROTECTION);
    }

    @Test
    void there_are_fewer_vectors_than_the_table_has_and_no_pin() {
        EmulatedDevice device = open("zpci?of=full&zpci.noi=8");
        assertThat(device.irq(INTX).count()).isZero();
        assertThat(device.readRegister(CONFIG, 0x3d, 1)).isZero();
        assertThat(device.irq(MSIX).count()).isEqualTo(FullModel.VECTORS);
        assertThat(device.irq(MSIX).resizable()).isFalse();
        Fd eventfd = eventfd().fd();
        assertThat(device.setIrqs(IrqRequest.assign(MSIX, 0, Collections.nCopies(64, eventfd))))
                .isEqualTo(8);
        assertThat(device.setIrqs(IrqRequest.assign(MSIX, 0, Collections.nCopies(8, eventfd))))
                .isZero();
    }

    @Test
    void memory_is_mapped_in_the_aperture_by_pages_of_4_KiB_alone() {
        EmulatedDevice device = open("zpci?of=full&zpci.aperture=0x200000000-0x20000ffff");
        assertThat(device.addressSpace().usable()).containsExactly(new IovaRange(0x2_0000_0000L, 0x2_0000_ffffL));
        assertThat(device.addressSpace().limits().pageSizes()).isEqualTo(4096);
        map(device, 0x2_0000_f000L);
        for (long outside : new long[] {0, START, 0x1_ffff_f000L, 0x2_0001_0000L}) {
            assertThatThrownBy(() -> map(device, outside)).isInstanceOf(IovaExhaustedException.class);
        }
        assertThatThrownBy(() -> map(device, 0x2_0000_0800L)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void no_BAR_is_memory_and_config_space_has_256_bytes() {
        EmulatedDevice device = open("zpci?of=full");
        for (int index = 0; index <= VfioPci.VFIO_PCI_ROM_REGION_INDEX; index++) {
            assertThat(device.region(index).mmapAreas()).isEmpty();
            assertThat(device.file(index)).isEqualTo(Optional.empty());
        }
        assertThat(device.region(CONFIG).size()).isEqualTo(256);
        assertThat(device.readRegister(FullModel.MEMORY, FullModel.MAPPED.offset(), 4))
                .isEqualTo(FullModel.MAGIC);
    }

    @Test
    void memory_of_a_virtual_function_is_always_decoded() {
        for (int vfn = 0; vfn < 2; vfn++) {
            EmulatedDevice device = open("zpci?of=full&zpci.vfn=" + vfn);
            command(device, 2, 0);
            if (vfn == 0) {
                assertThatThrownBy(() -> full(device, FullModel.SCRATCH)).isInstanceOf(VfioException.class);
            } else {
                assertThat(full(device, FullModel.SCRATCH)).isZero();
            }
        }
    }
}
