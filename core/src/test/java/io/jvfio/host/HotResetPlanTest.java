// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.device.HotReset;
import io.jvfio.device.HotResetFunction;
import io.jvfio.device.HotResetFunction.Ownership;
import io.jvfio.host.AffectedFunction.Owner;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.PciFixture;
import io.jvfio.pci.config.PciRegisters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HotResetPlanTest {
    private static final int OWN_GROUP = 12;

    @TempDir
    Path root;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final PciFixture fixture = new PciFixture();
    private final List<HotResetFunction> functions = new ArrayList<>();
    private int group = OWN_GROUP;
    private FakeHost host;
    private PciDevice device;

    /** Tells of the test's functions, and only takes down that it was asked to reset. */
    private final HotReset reset = new HotReset() {
        @Override
        public Optional<PciAddress> self() {
            return Optional.empty();
        }

        @Override
        public HotReset carrier() {
            return this;
        }

        @Override
        public List<HotResetFunction> functions() {
            return List.copyOf(functions);
        }

        @Override
        public int group() {
            return group;
        }

        @Override
        public void reset(Collection<? extends HotReset> others) {
            fixture.fake.log.add("hot reset with " + others.size());
            fixture.fake.config.put(PciRegisters.COMMAND, 2, 0);
        }
    };

    @BeforeEach
    void open() {
        host = new FakeHost(root);
        host.boundEdu(PciFixture.NAME, OWN_GROUP, 0);
        fixture.fake.hotReset = reset;
        device = fixture.open();
        affects(PciFixture.NAME, OWN_GROUP);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : toClose.reversed()) {
            one.close();
        }
        device.close();
        fixture.close();
    }

    private void affects(String address, int ofGroup) {
        functions.add(new HotResetFunction(PciAddress.parse(address), ofGroup, Ownership.BY_GROUP));
    }

    private HotResetPlan plan() {
        return HotResetPlan.of(host.host(), device, List.of());
    }

    private AffectedFunction affected(String address) {
        return plan().affected().stream()
                .filter(function -> function.address().equals(PciAddress.parse(address)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_function_alone_on_its_bus_is_reset_and_put_back() {
        HotResetPlan plan = plan();

        assertThat(plan.affected()).singleElement().satisfies(own -> {
            assertThat(own.owner()).isEqualTo(Owner.OURS);
            assertThat(own.driver()).isEqualTo("vfio-pci");
            assertThat(own.obstacle()).isEmpty();
        });
        plan.execute();
        assertThat(fixture.fake.log).contains("hot reset with 0");
        assertThat(device.config().read16(PciRegisters.COMMAND))
                .isEqualTo(PciRegisters.COMMAND_MEMORY | PciRegisters.COMMAND_IO);
    }

    @Test
    void an_unused_function_of_the_same_group_is_ours() {
        Path sibling = host.boundEdu("0000:01:00.1", OWN_GROUP, 1);
        assertThat(sibling).exists();
        affects("0000:01:00.1", OWN_GROUP);

        assertThat(plan().permitted()).isTrue();
    }

    @Test
    void an_unused_function_of_another_group_has_to_be_opened() {
        host.boundEdu("0000:01:00.1", 13, 1);
        affects("0000:01:00.1", 13);

        assertThat(affected("0000:01:00.1").owner()).isEqualTo(Owner.UNUSED);
        assertThat(plan().obstacles())
                .containsExactly("0000:01:00.1 is not open here: open it in the same way and plan with it");
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> plan().execute())
                .satisfies(refused -> assertThat(refused.errno()).isEqualTo(Errno.EPERM))
                .withMessageContaining("0000:01:00.1");
        assertThat(fixture.fake.log).doesNotContain("hot reset with 0");
    }

    /** Another function of the bus, open in this process through a group of its own. */
    private PciDevice openOther(String address, int ofGroup) {
        PciFixture other = new PciFixture();
        toClose.add(other);
        other.fake.hotReset = new HotReset() {
            @Override
            public Optional<PciAddress> self() {
                return Optional.empty();
            }

            @Override
            public HotReset carrier() {
                return this;
            }

            @Override
            public List<HotResetFunction> functions() {
                return List.copyOf(functions);
            }

            @Override
            public int group() {
                return ofGroup;
            }

            @Override
            public void reset(Collection<? extends HotReset> others) {
                throw new AssertionError("the first device resets");
            }
        };
        host.boundEdu(address, ofGroup, ofGroup);
        affects(address, ofGroup);
        PciDevice opened = other.open(address);
        toClose.add(opened);
        return opened;
    }

    @Test
    void functions_of_several_groups_are_reset_together_if_all_are_in_the_plan() {
        PciDevice second = openOther("0000:01:00.1", 13);
        PciDevice third = openOther("0000:01:00.2", 14);
        PciDevice elsewhere = openOther("0000:02:00.0", 15);
        functions.removeLast();

        assertThat(HotResetPlan.of(host.host(), device, List.of(second)).obstacles())
                .containsExactly("0000:01:00.2 is not open here: open it in the same way and plan with it");
        HotResetPlan plan = HotResetPlan.of(host.host(), device, List.of(third, device, elsewhere, second));

        assertThat(plan.affected())
                .extracting(AffectedFunction::owner)
                .containsOnly(Owner.OURS)
                .hasSize(3);
        second.config().write16(PciRegisters.COMMAND, 0);
        plan.execute();
        assertThat(fixture.fake.log).contains("hot reset with 2");
        assertThat(second.config().read16(PciRegisters.COMMAND))
                .as("what was there when it was opened is put back")
                .isEqualTo(device.config().read16(PciRegisters.COMMAND));
    }

    @Test
    void a_function_that_another_process_has_names_the_process() {
        host.boundEdu("0000:01:00.1", 13, 1);
        affects("0000:01:00.1", 13);
        host.text("proc/4711/comm", "qemu\n");
        host.text("proc/4711/fd/unused", "");
        FakeHost.linkTo(root.resolve("proc/4711/fd/5"), host.dev.resolve("vfio/13"));

        assertThat(affected("0000:01:00.1").owner()).isEqualTo(Owner.OTHER_PROCESS);
        assertThat(plan().obstacles()).containsExactly("0000:01:00.1 is open in qemu (process 4711)");
    }

    @Test
    void functions_without_vfio_are_named_with_their_drivers() {
        host.driver(host.function("0000:01:00.1", "8086:10D3", "8086:0000", "20000"), "e1000e");
        host.function("0000:01:00.2", "8086:10D3", "8086:0000", "20000");
        affects("0000:01:00.1", 13);
        affects("0000:01:00.2", 14);

        assertThat(plan().obstacles())
                .containsExactly(
                        "0000:01:00.1 is bound to e1000e: bind it to vfio-pci",
                        "0000:01:00.2 has no driver: bind it to vfio-pci");
    }

    @Test
    void a_virtual_function_is_in_the_way_even_if_it_is_ours() {
        Path virtual = host.boundEdu("0000:01:10.0", OWN_GROUP, 1);
        FakeHost.linkTo(virtual.resolve("physfn"), virtual.resolveSibling(PciFixture.NAME));
        affects("0000:01:10.0", OWN_GROUP);

        assertThat(affected("0000:01:10.0").owner()).isEqualTo(Owner.VIRTUAL_FUNCTION);
        assertThat(plan().permitted()).isFalse();
    }

    @Test
    void in_an_iommufd_the_kernel_says_whose_a_function_is() {
        functions.clear();
        group = -1;
        host.boundEdu("0000:01:00.1", 13, 1);
        functions.add(new HotResetFunction(PciAddress.parse(PciFixture.NAME), -1, Ownership.OWNED));
        functions.add(new HotResetFunction(PciAddress.parse("0000:01:00.1"), -1, Ownership.NOT_OWNED));

        assertThat(affected(PciFixture.NAME).owner()).isEqualTo(Owner.OURS);
        assertThat(affected("0000:01:00.1").owner()).isEqualTo(Owner.UNUSED);
    }

    @Test
    void a_plan_that_is_out_of_date_resets_nothing() {
        HotResetPlan plan = plan();
        host.boundEdu("0000:01:00.1", OWN_GROUP, 1);
        affects("0000:01:00.1", OWN_GROUP);

        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(plan::execute)
                .satisfies(refused -> assertThat(refused.errno()).isEqualTo(Errno.ESTALE));
        assertThat(fixture.fake.log).doesNotContain("hot reset with 0");
    }

    @Test
    void a_device_whose_carrier_has_no_hot_reset_says_so() {
        fixture.fake.hotReset = null;

        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(this::plan)
                .satisfies(refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOTTY));
    }

    @Test
    void a_closed_device_is_not_reset() {
        HotResetPlan plan = plan();
        device.close();

        assertThatIllegalStateException().isThrownBy(plan::execute);
        assertThatIllegalStateException().isThrownBy(this::plan);
    }

    @Test
    void a_hot_reset_without_a_plan_is_the_carrier_s_to_refuse() {
        PciDevice second = openOther("0000:01:00.1", 13);
        device.hotReset(List.of(device, second));
        assertThat(fixture.fake.log).contains("hot reset with 1");

        fixture.fake.log.clear();
        second.close();
        assertThatIllegalStateException().isThrownBy(() -> device.hotReset(List.of(second)));
        fixture.fake.hotReset = null;
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> device.hotReset(List.of()))
                .satisfies(refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOTTY));
        assertThat(fixture.fake.log).isEmpty();
    }
}
