// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.host.VirtualFunctionException.Outcome;
import io.jvfio.host.VirtualFunctions.CreateOptions;
import io.jvfio.host.VirtualFunctions.Probing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VirtualFunctionsTest {
    private static final PciAddress PF = PciAddress.parse("0000:01:00.0");
    private static final CreateOptions SOON = CreateOptions.defaults().withDeadline(Duration.ofMillis(50));
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path root;

    private FakeHost fake;
    private FakeSriov kernel;
    private VirtualFunctions functions;

    @BeforeEach
    void makeHost() {
        fake = new FakeHost(root);
        kernel = new FakeSriov(fake, PF, 7);
        functions = fake.host(kernel.calls()).virtualFunctions(PF);
    }

    private VirtualFunctionException refusal(int count, CreateOptions options) {
        Throwable[] thrown = new Throwable[1];
        assertThatExceptionOfType(VirtualFunctionException.class)
                .isThrownBy(() -> functions.create(count, options))
                .satisfies((Consumer<Throwable>) failure -> thrown[0] = failure);
        return (VirtualFunctionException) thrown[0];
    }

    @Test
    void virtual_functions_appear_in_the_order_of_their_numbers() {
        assertThat(functions.total()).isEqualTo(7);
        assertThat(functions.count()).isZero();

        List<PciAddress> made = functions.create(3, CreateOptions.defaults());

        assertThat(made)
                .extracting(PciAddress::toString)
                .containsExactly("0000:01:10.0", "0000:01:10.2", "0000:01:10.4");
        assertThat(functions.list()).isEqualTo(made);
        assertThat(kernel.writes()).containsExactly("sriov_numvfs=3");
    }

    @Test
    void as_many_as_there_are_is_nothing_to_do() {
        functions.create(2, CreateOptions.defaults());

        assertThat(functions.create(2, CreateOptions.defaults())).hasSize(2);
        assertThat(kernel.writes()).containsExactly("sriov_numvfs=2");
    }

    @Test
    void existing_ones_are_replaced_only_when_that_is_allowed() {
        functions.create(2, CreateOptions.defaults());

        VirtualFunctionException refused = refusal(3, CreateOptions.defaults());
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused.hint()).contains("2 exist");
        assertThat(functions.create(3, CreateOptions.defaults().withReplace(true)))
                .hasSize(3);

        assertThat(kernel.writes()).containsExactly("sriov_numvfs=2", "sriov_numvfs=0", "sriov_numvfs=3");
    }

    @Test
    void drivers_are_kept_away_only_while_the_functions_are_made() {
        functions.create(1, CreateOptions.defaults().withProbing(Probing.OFF));

        assertThat(kernel.writes())
                .containsExactly("sriov_drivers_autoprobe=0", "sriov_numvfs=1", "sriov_drivers_autoprobe=1");
        assertThat(functions.autoprobe()).isTrue();
    }

    @Test
    void a_setting_that_is_as_asked_is_not_written() {
        functions.create(1, CreateOptions.defaults().withProbing(Probing.ON));

        assertThat(kernel.writes()).containsExactly("sriov_numvfs=1");
    }

    @Test
    void what_the_kernel_refuses_is_undone() {
        functions.create(2, CreateOptions.defaults());
        kernel.refuse(5, Errno.ENOMEM);

        VirtualFunctionException failed =
                refusal(5, CreateOptions.defaults().withReplace(true).withProbing(Probing.OFF));

        assertThat(failed.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(failed.errno()).isEqualTo(Errno.ENOMEM);
        assertThat(failed.hint()).contains("pci=realloc");
        assertThat(functions.count()).isEqualTo(2);
        assertThat(functions.list()).hasSize(2);
        assertThat(functions.autoprobe()).isTrue();
        assertThat(kernel.writes())
                .containsExactly(
                        "sriov_numvfs=2",
                        "sriov_drivers_autoprobe=0",
                        "sriov_numvfs=0",
                        "sriov_drivers_autoprobe=1",
                        "sriov_numvfs=2");
    }

    @Test
    void what_cannot_be_undone_is_told() {
        functions.create(2, CreateOptions.defaults());
        kernel.refuse(5, Errno.EBUSY);
        kernel.refuse(2, Errno.EBUSY);

        VirtualFunctionException failed = refusal(5, CreateOptions.defaults().withReplace(true));

        assertThat(failed.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(failed.subject()).contains("has 0 virtual functions now, 2 before");
        assertThat(failed.getSuppressed()).hasSize(1);
    }

    @Test
    void functions_that_do_not_appear_in_time_are_taken_back() {
        kernel.neverAppears();

        VirtualFunctionException failed = refusal(2, SOON);

        assertThat(failed.errno()).isEqualTo(Errno.ETIMEDOUT);
        assertThat(failed.hint()).contains("0 of 2");
        assertThat(functions.count()).isZero();
    }

    @Test
    void a_write_that_the_kernel_keeps_is_given_up() {
        functions.create(2, CreateOptions.defaults());
        kernel.hold();

        assertThatExceptionOfType(VirtualFunctionException.class)
                .isThrownBy(() -> functions.remove(Duration.ofMillis(50)))
                .satisfies(failure -> {
                    assertThat(failure.errno()).isEqualTo(Errno.ETIMEDOUT);
                    assertThat(failure.outcome()).isEqualTo(Outcome.INCOMPLETE);
                });
        kernel.letGo();
    }

    @Test
    void a_missing_driver_is_named_as_the_reason() {
        FakeHost.remove(kernel.directory().resolve("driver"));
        kernel.refuse(1, Errno.ENOENT);

        assertThat(refusal(1, CreateOptions.defaults()).hint()).contains("no driver is bound");
    }

    @Test
    void a_driver_without_sriov_is_named_as_the_reason() {
        fake.driver(kernel.directory(), "e1000e");
        kernel.refuse(1, Errno.ENOENT);

        assertThat(refusal(1, CreateOptions.defaults()).hint()).isEqualTo("e1000e cannot create virtual functions");
    }

    @Test
    void the_parameter_of_vfio_pci_is_named_where_it_is_missing() {
        fake.driver(kernel.directory(), "vfio-pci");
        fake.text("sys/module/vfio_pci/parameters/enable_sriov", "N\n");
        kernel.refuse(1, Errno.ENOENT);

        assertThat(refusal(1, CreateOptions.defaults()).hint())
                .contains("echo 1 > /sys/module/vfio_pci/parameters/enable_sriov");
    }

    @Test
    void a_number_that_cannot_be_is_refused_before_anything_is_written() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> functions.create(8, CreateOptions.defaults()))
                .withMessageContaining("1 to 7");
        assertThatIllegalArgumentException().isThrownBy(() -> functions.create(0, CreateOptions.defaults()));
        assertThat(kernel.writes()).isEmpty();
    }

    @Test
    void a_function_without_sriov_has_none() {
        fake.function("0000:00:04.0", "1234:11E8", "1AF4:1100", "FF00");
        VirtualFunctions none = fake.host(kernel.calls()).virtualFunctions(PciAddress.parse("0000:00:04.0"));

        assertThat(none.total()).isZero();
        assertThat(none.list()).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.create(1, CreateOptions.defaults()))
                .withMessageContaining("has no SR-IOV");
        assertThat(none.remove(PATIENCE)).isZero();
    }

    @Test
    void remove_takes_all_away() {
        functions.create(4, CreateOptions.defaults());

        assertThat(functions.remove(PATIENCE)).isEqualTo(4);
        assertThat(functions.count()).isZero();
        assertThat(functions.list()).isEmpty();
    }

    @Test
    void a_virtual_function_in_use_keeps_all_of_them_and_names_its_user() {
        PciAddress first = functions.create(2, CreateOptions.defaults()).getFirst();
        Path virtual = fake.sys.resolve("bus/pci/devices/" + first);
        fake.group(virtual, 21);
        fake.driver(virtual, "vfio-pci");
        fake.vfio(virtual, "vfio5", "21");
        fake.text("proc/4711/comm", "qemu-system-x86\n");
        fake.text("proc/4711/fd/3", "");
        FakeHost.remove(fake.root.resolve("proc/4711/fd/3"));
        FakeHost.linkTo(fake.root.resolve("proc/4711/fd/9"), fake.dev.resolve("vfio/21"));

        assertThatExceptionOfType(VirtualFunctionException.class)
                .isThrownBy(() -> functions.remove(PATIENCE))
                .satisfies(refused -> {
                    assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
                    assertThat(refused.hint())
                            .contains("qemu-system-x86 (process 4711) has " + fake.dev.resolve("vfio/21"));
                });
        assertThat(functions.count()).isEqualTo(2);
    }
}
