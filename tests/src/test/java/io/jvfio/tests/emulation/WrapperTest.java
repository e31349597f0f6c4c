// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.Reattachable;
import io.jvfio.device.VfioPci;
import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.DmaStatus;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulatedIommu;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelWrapper;
import io.jvfio.emulation.WrapperSetup;
import io.jvfio.interrupt.Notices;
import io.jvfio.testkit.TestMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a wrapper makes of a model. */
final class WrapperTest extends ModelFixture {
    private static final int ERR = VfioPci.VFIO_PCI_ERR_IRQ_INDEX;
    private static final long ONES = -1;
    private static final long NOWHERE = 0x6666_0000L;

    /** Says what a test says. */
    private record Saying(Consumer<WrapperSetup> saying, UnaryOperator<DeviceModel> around) implements ModelWrapper {
        @Override
        public String name() {
            return "saying";
        }

        @Override
        public String summary() {
            return "what a test says";
        }

        @Override
        public UnaryOperator<DeviceModel> wrap(WrapperSetup setup, ModelOptions options) {
            saying.accept(setup);
            return around;
        }
    }

    private EmulatedDevice full(Consumer<WrapperSetup> saying) {
        ModelWrapper wrapper = new Saying(saying, UnaryOperator.identity());
        return closing(EmulatedDevice.open(wrapper, new FullProvider(), "", EmulationOptions.stepped(clock)));
    }

    @Test
    void keys_with_the_wrappers_name_are_its_own_and_all_others_the_models() {
        EmulatedDevice device = open("model:slot?dma_mask=0xff&slot.vectors=3&of=edu&faults=drop:read:nth=2");
        assertThat(device).hasToString("model:slot?dma_mask=0xff&slot.vectors=3&of=edu&faults=drop:read:nth=2");
        assertThat(device.readRegister(0, 0, 4)).isEqualTo(0x0100_00ed);
        assertThat(device.readRegister(0, 0, 4)).isEqualTo(0xffff_ffffL);
        EmulatedDevice reporting = open("slot?of=full&diagnostics=on&slot.vectors=2");
        assertThat(reporting.report()).isPresent();
        List<Fd> three = List.of(eventfd().fd(), eventfd().fd(), eventfd().fd());
        assertThat(reporting.setIrqs(IrqRequest.assign(MSIX, 0, three))).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "slot|say of=NAME, one of adder, edu, full",
                "slot?of=|say of=NAME, one of",
                "slot?of=slot|slot is none itself: say of=NAME",
                "slot?of=none|there is no model \"none\"; known models: adder",
                "none|slot?of=NAME",
                "slot?of=edu&of=full|option of of model slot is given twice",
                "slot?of=edu&slot.vectors=0|option slot.vectors=0 of model slot is not in 0x1..0x800",
                "slot?of=edu&slot.colour=red|model slot has no option \"slot.colour\"; it has: of, slot.vectors, faults",
                "slot?of=edu&colour=red|model edu has no option \"colour\"; it has: dma_mask, transfer_ms",
                "slot?of=edu&vectors=3|model edu has no option \"vectors\"; did you mean slot.vectors?",
                "slot?of=edu&dma_mask=wide|of model edu is not a number",
                "slot?of=edu&&|is not key=value",
                "slot?of=edu&faults=lose:read|is none of delay",
                "slot?of=full&diagnostics=perhaps|of model slot is not on or off",
            })
    void what_is_wrong_is_named(String locator, String hint) {
        assertThatThrownBy(() -> open(locator))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
    }

    @Test
    void a_device_that_is_not_memory_has_nothing_to_map() {
        assertThat(open("full").region(FullModel.MEMORY).mmapAreas()).isNotEmpty();
        EmulatedDevice device = open("slot?of=full");
        assertThat(device.region(FullModel.MEMORY).mmapAreas()).isEmpty();
        assertThat(device.region(FullModel.MEMORY).flags() & VfioPci.VFIO_REGION_INFO_FLAG_MMAP)
                .isZero();
        assertThat(device.map(FullModel.MEMORY, FullModel.MAPPED_OFFSET, 4096)).isEqualTo(Optional.empty());
        assertThat(device.file(FullModel.MEMORY)).isEqualTo(Optional.empty());
        assertThat(device.readRegister(FullModel.MEMORY, FullModel.MAPPED.offset(), 4))
                .isEqualTo(FullModel.MAGIC);
    }

    @Test
    void an_isolated_function_is_out_of_reach_until_its_reset() {
        EmulatedDevice device = open("slot?of=full");
        busMaster(device);
        AtomicInteger errors = errors(device);
        full(device, FullModel.SCRATCH, 5);
        full(device, FullModel.POKE, NOWHERE);
        device.step();
        Waiting.until(() -> errors.get() == 1);
        assertThat(full(device, FullModel.SCRATCH)).isEqualTo(ONES);
        assertThat(device.readRegister(FullModel.MEMORY, 0, 1)).isEqualTo(0xff);
        assertThat(device.readRegister(VfioPci.VFIO_PCI_ROM_REGION_INDEX, 0, 2)).isEqualTo(0xffff);
        assertThat(device.readRegister(CONFIG, 0, 2)).isEqualTo(0x1234);
        full(device, FullModel.SCRATCH, 6);
        device.reset();
        assertThat(full(device, FullModel.SCRATCH)).isZero();
        full(device, FullModel.SCRATCH, 7);
        assertThat(full(device, FullModel.SCRATCH)).isEqualTo(7);
    }

    @Test
    void an_isolated_function_neither_moves_memory_nor_interrupts() {
        List<Integer> codes = new ArrayList<>();
        EmulatedDevice failing = closing(EmulatedDevice.open(
                new Saying(
                        setup -> setup.onInjectedError(code -> {
                            codes.add(code);
                            setup.errors().isolate();
                        }),
                        UnaryOperator.identity()),
                new FullProvider(),
                "faults=error:dma-write:nth=2:code=0x3a",
                EmulationOptions.stepped(clock)));
        busMaster(failing);
        TestMemory memory = map(failing, 0x10_0000);
        var message = eventfd();
        failing.setIrqs(IrqRequest.assign(MSIX, 0, List.<Fd>of(message.fd())));
        full(failing, FullModel.POKE, 0x10_0000);
        failing.step();
        assertThat(message.drain()).isEqualTo(1);
        assertThat(FullModel.status(full(failing, FullModel.LAST_STATUS))).isEqualTo(DmaStatus.DONE);
        memory.bytes().fill((byte) 0);
        full(failing, FullModel.POKE, 0x10_0000);
        failing.step();
        assertThat(message.drain()).isZero();
        assertThat(codes).containsExactly(0x3a);
        assertThat(memory.bytes().get(ValueLayout.JAVA_LONG, 0)).isZero();
        assertThat(((EmulatedIommu) failing.addressSpace()).faultCount()).isZero();
    }

    @Test
    void an_error_of_a_fault_plan_is_told_by_ERR_alone() {
        EmulatedDevice device = open("full?faults=error:read:nth=1:at=0x0");
        AtomicInteger errors = errors(device);
        assertThat(full(device, FullModel.SCRATCH)).isZero();
        Waiting.until(() -> errors.get() == 1);
        assertThat(full(device, FullModel.SCRATCH)).isZero();
    }

    @Test
    void a_wrapper_says_what_is_left_of_the_function() {
        EmulatedDevice device = full(setup -> {
            setup.interrupts(kinds -> kinds.withoutPin().withoutResize());
            setup.withoutExtendedConfig();
            setup.model().pageSizes(1 << 12);
        });
        assertThat(device.irq(INTX).count()).isZero();
        assertThat(device.readRegister(CONFIG, 0x3d, 1)).isZero();
        assertThat(device.irq(MSIX).resizable()).isFalse();
        assertThat(device.region(CONFIG).size()).isEqualTo(256);
        assertThat(device.addressSpace().limits().pageSizes()).isEqualTo(4096);
        EmulatedIommu space = closing(EmulatedIommu.of(EmulatedIommu.Settings.defaults()));
        Reattachable attachment = device.ability(Reattachable.class).orElseThrow();
        attachment.replace(space);
        assertThat(space.limits().pageSizes()).isEqualTo(4096);
        attachment.detach();
        assertThat(space.limits().pageSizes())
                .isEqualTo(EmulatedIommu.Settings.defaults().pageSizes());
        EmulatedIommu large =
                closing(EmulatedIommu.of(EmulatedIommu.Settings.defaults().withPageSizes(1 << 21)));
        assertThatThrownBy(() -> attachment.attach(large))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0x200000");
    }

    @Test
    void a_function_without_ERR_refuses_it() {
        List<WrapperSetup> kept = new ArrayList<>();
        EmulatedDevice device = closing(EmulatedDevice.open(
                new Saying(kept::add, model -> {
                    assertThat(kept.getFirst().isExpress()).isTrue();
                    kept.getFirst().withoutErrorInterrupt();
                    return model;
                }),
                new FullProvider(),
                "",
                EmulationOptions.stepped(clock)));
        assertThat(device.irq(ERR).count()).isZero();
        kept.getFirst().errors().signal();
    }

    @Test
    void capabilities_change_and_abilities_are_found() {
        InfoCapability one = new InfoCapability(1, 1, MemorySegment.ofArray(new byte[8]));
        List<InfoCapability> now = new ArrayList<>();
        EmulatedDevice device = full(setup -> {
            setup.deviceCapabilities(() -> List.copyOf(now));
            setup.ability(StringBuilder.class, new StringBuilder("given"));
        });
        assertThat(device.info().capabilities()).isEmpty();
        assertThat(device.info().flags() & VfioPci.VFIO_DEVICE_FLAGS_CAPS).isZero();
        now.add(one);
        assertThat(device.info().capabilities()).containsExactly(one);
        assertThat(device.info().flags() & VfioPci.VFIO_DEVICE_FLAGS_CAPS).isNotZero();
        assertThat(device.ability(StringBuilder.class).orElseThrow()).hasToString("given");
        assertThat(device.ability(Reattachable.class)).isPresent();
    }

    @Test
    void whatever_fails_leaves_nothing_behind() {
        List<String> ended = new ArrayList<>();
        ModelWrapper refusing = new Saying(setup -> {}, model -> {
            ended.add("made");
            throw new IllegalStateException("not around this");
        });
        ModelWrapper bad = new Saying(
                setup -> {
                    throw new IllegalArgumentException("never");
                },
                UnaryOperator.identity());
        EmulationOptions options = EmulationOptions.stepped(clock);
        assertThatThrownBy(() -> EmulatedDevice.open(refusing, new FullProvider(), "", options))
                .hasMessage("not around this");
        assertThatThrownBy(() -> EmulatedDevice.open(bad, new FullProvider(), "", options))
                .hasMessage("never");
        assertThat(ended).containsExactly("made");
    }

    private AtomicInteger errors(EmulatedDevice device) {
        AtomicInteger errors = new AtomicInteger();
        device.ability(Notices.class).orElseThrow().tell(new Notices.Listener() {
            @Override
            public void errorReported() {
                errors.incrementAndGet();
            }

            @Override
            public void removalRequested() {
                // Nobody asks for it.
            }
        });
        return errors;
    }
}
