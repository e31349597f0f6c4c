// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jvfio.binding.ModuleFacts.State;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.variant.Modalias;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalogue of a kernel from its files, and what can be done to files. */
class CatalogueReaderTest {
    private static final String MODULES = "usr/lib/modules/7.3.4/";

    @TempDir
    Path root;

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Catalogue read(String... named) {
        return CatalogueReader.read(new HostFiles(new LiveHost(root, Map.of())), List.of(named));
    }

    private void kernel() throws IOException {
        file("proc/sys/kernel/osrelease", "7.3.4\n");
        file(MODULES + "modules.alias", """
                alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci
                alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci
                alias vfio_pci:v00001AF4d00001041sv*sd*bc*sc*i* virtio_vfio_pci
                """);
        file(
                MODULES + "modules.builtin.modinfo",
                "ism_vfio_pci.alias=vfio_pci:v00001014d000004EDsv*sd*bc*sc*i*\0x.y=z\0");
        file(MODULES + "modules.builtin", "kernel/drivers/vfio/pci/ism/ism-vfio-pci.ko\n");
        file(MODULES + "modules.dep", """
                kernel/vfio-pci.ko.xz: kernel/vfio.ko.xz
                kernel/mlx5-vfio-pci.ko.zst:
                kernel/virtio-vfio-pci.ko:
                """);
        file(MODULES + "modules.order", "kernel/virtio-vfio-pci.ko\nkernel/mlx5-vfio-pci.ko\n");
        file(MODULES + "kernel/mlx5-vfio-pci.ko.zst", "");
        file("sys/module/vfio_pci/version", "0.2\n");
        file("sys/module/vfio_pci/drivers/pci:vfio-pci/x", "");
        file("sys/module/vfio_pci/drivers/platform:x/x", "");
        file("sys/bus/pci/drivers/nvme/x", "");
    }

    @Test
    void modules_are_in_the_kernel_loaded_loadable_or_missing() throws IOException {
        kernel();

        Catalogue catalogue = read("vfio-pci", "nvme");

        assertThat(catalogue.available()).isTrue();
        assertThat(catalogue.aliases()).hasSize(4);
        assertThat(catalogue.module("ism-vfio-pci").orElseThrow().state()).isEqualTo(State.BUILT_IN);
        assertThat(catalogue.module("vfio_pci").orElseThrow())
                .isEqualTo(
                        new ModuleFacts("vfio_pci", State.LOADED, "kernel/vfio-pci.ko.xz", "0.2", List.of("vfio-pci")));
        assertThat(catalogue.module("mlx5_vfio_pci").orElseThrow().state()).isEqualTo(State.LOADABLE);
        assertThat(catalogue.module("virtio_vfio_pci").orElseThrow().state()).isEqualTo(State.MODULE_FILE_MISSING);
        assertThat(catalogue.order()).containsExactly("virtio_vfio_pci", "mlx5_vfio_pci");
        assertThat(catalogue.drivers()).containsOnlyKeys("nvme");
    }

    @Test
    void modules_can_be_forbidden() throws IOException {
        kernel();
        file(
                "etc/modprobe.d/site.conf",
                "# none of it\ninstall mlx5-vfio-pci /bin/false\noptions vfio-pci \\\n ids=8086:10d3\n");
        file("usr/lib/modprobe.d/site.conf", "install vfio_pci /bin/true\n");
        file("proc/cmdline", "quiet module_blacklist=a,b vfio-pci.ids=1234:11e8\n");

        Catalogue catalogue = read();

        assertThat(catalogue.module("mlx5_vfio_pci").orElseThrow().state()).isEqualTo(State.ADMIN_PROHIBITED);
        assertThat(catalogue.moduleOptions()).containsExactly("ids=8086:10d3", "ids=1234:11e8");
        file("proc/sys/kernel/modules_disabled", "1\n");
        assertThat(read().module("mlx5_vfio_pci").orElseThrow().state()).isEqualTo(State.MODULES_DISABLED);
    }

    @Test
    void a_container_without_the_kernel_s_modules_is_told() throws IOException {
        file("proc/sys/kernel/osrelease", "7.3.4\n");
        assertThat(read().problem()).contains("7.3.4", "container");
        Files.createDirectories(root.resolve(MODULES));
        assertThat(read().problem()).contains("depmod");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pci:15b3",
                "pci:15b3:101e",
                "x = y",
                "pci:1:2:3 = x",
                "pci:zz:1 = x",
                "pci:1:2:3:4:5 = x",
                "a =",
                "prefer = a\nprefer = b"
            })
    void a_policy_that_makes_no_sense_is_told_with_its_line(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BindingPolicy().add("site.conf", text))
                .withMessageStartingWith("site.conf:");
    }

    @Test
    void a_policy_takes_classes_and_the_later_file_wins() {
        BindingPolicy policy = new BindingPolicy();
        policy.add("one", "pci:*:*:*:*:0108 = a\nprefer = x-y, z");
        policy.add("two", "pci:*:*:*:*:0108 = b\ndefault.pci = c");

        assertThat(policy.of(Modalias.parse(Fixtures.NVME))).isEqualTo(new BindingPolicy.Line("b", "two:1"));
        assertThat(policy.of(Modalias.parse(Fixtures.ISM))).isNull();
        assertThat(policy.prefer()).containsExactly("x_y", "z");
        assertThat(policy.drivers()).containsExactly("b", "c");
    }

    @Test
    void files_are_replaced_as_a_whole_and_locks_exclude() throws IOException {
        LinuxEffects effects = new LinuxEffects(root, SystemCalls.linux());

        effects.store("/run/x/file", "one");
        effects.store("/run/x/file", "two");
        effects.link("/run/x/link", "file");
        effects.link("/run/x/link", "file");
        assertThat(root.resolve("run/x/file")).hasContent("two");
        assertThat(root.resolve("run/x")).isDirectoryNotContaining("glob:**.new");
        assertThat(root.resolve("run/x/link")).isSymbolicLink();
        assertThat(effects.mayOpen("/run/x/file")).isTrue();
        effects.remove("/run/x/file");
        effects.remove("/run/x/file");
        assertThat(root.resolve("run/x/file")).doesNotExist();

        Effects.Lock lock = effects.lock("/run/x/lock");
        assertThat(lock).isNotNull();
        assertThat(effects.lock("/run/x/lock")).isNull();
        lock.close();
        Effects.Lock again = effects.lock("/run/x/lock");
        assertThat(again).isNotNull();
        again.close();
    }

    @Test
    void attributes_are_written_and_modules_loaded_by_the_host_s_program() throws IOException {
        LinuxEffects effects = new LinuxEffects(root, SystemCalls.linux());
        Duration patience = Duration.ofSeconds(10);
        file("sys/x", "");
        assertThat(effects.write("/sys/x", "vfio-pci", patience)).isZero();
        assertThat(root.resolve("sys/x")).hasContent("vfio-pci");
        assertThat(effects.write("/sys/y", "", patience)).isNegative();

        file("proc/sys/kernel/modprobe", "/bin/true\n");
        assertThat(effects.load("m", patience)).isEmpty();
        file("proc/sys/kernel/modprobe", "/bin/false\n");
        assertThat(effects.load("m", patience)).isEqualTo("modprobe ended with 1");
        file("proc/sys/kernel/modprobe", "/bin/ls\n");
        assertThat(effects.load("no-such-module", patience)).contains("no-such-module");
        file("proc/sys/kernel/modprobe", "/no/such/program\n");
        assertThat(effects.load("m", patience)).startsWith("modprobe cannot be run");
        assertThat(effects.pause(Duration.ofNanos(1))).isTrue();
        assertThat(effects.nanos()).isLessThanOrEqualTo(effects.nanos());
    }

    @Test
    void a_journal_is_read_as_it_was_written() {
        Journal journal = new Journal(
                Fixtures.ADDRESS,
                Modalias.parse(Fixtures.NVME),
                Journal.State.IN_FLIGHT,
                Journal.Mark.BIND,
                "plan",
                Journal.Action.RELEASE,
                new Journal.Binding("a", null),
                null,
                new Journal.Binding(null, "b"),
                "/etc/x");

        assertThat(Journal.parse(journal.text())).isEqualTo(journal);
        assertThatIllegalArgumentException().isThrownBy(() -> Journal.parse("x=y"));
        assertThatIllegalArgumentException().isThrownBy(() -> Journal.parse("jvfio-journal=1"));
    }
}
