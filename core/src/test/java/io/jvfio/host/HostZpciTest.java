// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.PciAddress;
import io.jvfio.host.HostFinding.Level;
import io.jvfio.host.HostFinding.Topic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A host of IBM Z, as its sysfs looks. */
class HostZpciTest {
    private static final String ADDRESS = "0010:00:00.0";
    private static final PciAddress FUNCTION = PciAddress.parse(ADDRESS);

    @TempDir
    Path root;

    private FakeHost fake;
    private String folder;

    @BeforeEach
    void makeHost() {
        fake = new FakeHost(root);
        Path function = fake.functionAt("devices/pci0010:00/" + ADDRESS, "1B36:0010", "1AF4:1100", "10802");
        fake.group(function, 0);
        folder = "sys/devices/pci0010:00/" + ADDRESS + "/";
        fake.text("sys/class/iommu/s390-iommu.10/devices/" + ADDRESS + "/uevent", "");
        fake.text("sys/firmware/clp/uid_checking", "1\n");
        fake.text("proc/sys/kernel/osrelease", "7.3.4\n");
    }

    private void attribute(String name, String text) {
        fake.text(folder + name, text);
    }

    @Test
    void attributes_are_read_as_the_kernel_writes_them() {
        attribute("function_id", "0x00000010\n");
        attribute("function_handle", "0x80020000\n");
        attribute("pchid", "0x01c4\n");
        attribute("pfgid", "0xff\n");
        attribute("vfn", "0x0002\n");
        attribute("pft", "0x0b\n");
        attribute("port", "1\n");
        attribute("uid", "0x10\n");
        attribute("uid_is_unique", "1\n");
        attribute("mio_enabled", "0\n");
        attribute("util_string", "A".repeat(64));
        for (int i = 0; i < 4; i++) {
            attribute("pfip/segment" + i, "0x0" + i + "\n");
        }
        assertThat(fake.host().zpci(FUNCTION))
                .contains(new HostZpci(
                        0x10,
                        0x8002_0000,
                        0x1c4,
                        0xff,
                        2,
                        0xb,
                        1,
                        0x10,
                        true,
                        false,
                        "41".repeat(64),
                        List.of(0, 1, 2, 3)));
    }

    @Test
    void what_is_missing_or_garbage_is_unknown() {
        assertThat(fake.host().zpci(FUNCTION)).isEmpty();
        assertThat(fake.host().zpci(PciAddress.parse("0011:00:00.0"))).isEmpty();
        attribute("function_id", "0xffffffff\n");
        attribute("pchid", "0x10000\n");
        attribute("port", "many\n");
        attribute("pfip/segment0", "0x01\n");
        attribute("util_string", "\0".repeat(64));
        assertThat(fake.host().zpci(FUNCTION))
                .contains(new HostZpci(-1, 0, -1, -1, -1, -1, -1, 0, false, false, "", List.of()));
    }

    private List<HostFinding> findings() {
        return fake.host().examine().stream()
                .filter(finding -> finding.topic() == Topic.MACHINE)
                .toList();
    }

    @Test
    void a_host_of_another_kind_has_nothing_special() {
        FakeHost.remove(root.resolve("sys/class/iommu/s390-iommu.10"));
        FakeHost.remove(root.resolve("sys/firmware/clp"));
        assertThat(findings()).isEmpty();
    }

    @Test
    void how_far_functions_reach_is_told() {
        assertThat(findings()).hasSize(2).first().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.OK);
            assertThat(finding.text()).contains("IBM Z", "no window");
        });
        assertThat(findings().get(1).level()).isEqualTo(Level.NOTE);
        assertThat(findings().get(1).text()).endsWith("as the machine has memory");
        fake.text("proc/cmdline", "quiet s390_iommu_aperture=1 s390_iommu_aperture=2\n");
        assertThat(findings().get(1).text()).endsWith(", times 2");
        fake.text("proc/cmdline", "s390_iommu_aperture=0\n");
        assertThat(findings().get(1).level()).isEqualTo(Level.OK);
    }

    @Test
    void addresses_that_may_change_and_functions_in_standby_are_told() {
        fake.text("sys/firmware/clp/uid_checking", "0\n");
        fake.text("sys/bus/pci/slots/00000010/power", "1\n");
        fake.text("sys/bus/pci/slots/00000012/power", "0\n");
        fake.text("sys/bus/pci/slots/00000011/power", "0\n");
        fake.text("sys/bus/pci/slots/0/power", "0\n");
        assertThat(findings())
                .extracting(HostFinding::text)
                .anyMatch(text -> text.startsWith("UID checking is off"))
                .anyMatch(text -> text.endsWith(": 00000011, 00000012"));
        assertThat(findings())
                .extracting(HostFinding::remedy)
                .contains("echo 1 > /sys/bus/pci/slots/00000011/power, as root");
    }

    @ParameterizedTest
    @CsvSource({"6.12.1, true", "7.2.13+deb14-s390x, true", "7.3.4, false", "7.10.0, false", "8.0, false", "odd, false"
    })
    void a_kernel_without_error_records_is_told(String release, boolean told) {
        fake.text("proc/sys/kernel/osrelease", release + "\n");
        assertThat(findings().stream().anyMatch(finding -> finding.text().contains("no error records")))
                .isEqualTo(told);
    }
}
