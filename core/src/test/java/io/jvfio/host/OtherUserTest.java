// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.PciAddress;
import io.jvfio.host.HostFinding.Level;
import io.jvfio.host.HostFinding.Topic;
import io.jvfio.host.VfioAccess.Obstacle;
import io.jvfio.host.VfioAccess.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user could do who is not the one who asks. All files belong to whoever runs the test. */
class OtherUserTest {
    private static final PciAddress EDU = PciAddress.parse("0000:00:04.0");
    private static final long STRANGER = 4_000_000_001L;

    @TempDir
    Path root;

    private FakeHost fake;
    private long owner;
    private long group;

    @BeforeEach
    void makeHost() throws IOException {
        fake = new FakeHost(root);
        fake.boundEdu(EDU.toString(), 12, 3);
        fake.text("sys/class/misc/vfio/dev", "10:196\n");
        fake.text("sys/class/misc/iommu/dev", "10:124\n");
        fake.text("sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "65535\n");
        owner = Integer.toUnsignedLong((Integer) Files.getAttribute(fake.dev, "unix:uid"));
        group = Integer.toUnsignedLong((Integer) Files.getAttribute(fake.dev, "unix:gid"));
        for (String node : List.of("vfio/vfio", "vfio/12", "vfio/devices/vfio3", "iommu")) {
            mode(node, "rw-------");
        }
        for (String folder : List.of("", "vfio", "vfio/devices")) {
            mode(folder, "rwxr-xr-x");
        }
    }

    private void mode(String place, String permissions) throws IOException {
        Files.setPosixFilePermissions(fake.dev.resolve(place), PosixFilePermissions.fromString(permissions));
    }

    private VfioAccess access(HostUser user) {
        return fake.host().seenBy(user).function(EDU).orElseThrow().access();
    }

    private HostFinding finding(HostUser user, Topic topic) {
        return fake.host().seenBy(user).examine().stream()
                .filter(finding -> finding.topic() == topic)
                .findFirst()
                .orElseThrow();
    }

    private static HostUser stranger(Long... groups) {
        return new HostUser("stranger", STRANGER, List.of(groups));
    }

    @Test
    void the_bits_of_the_group_are_for_its_members() throws IOException {
        assertThat(access(stranger(group)).obstacle()).isEqualTo(Obstacle.NO_PERMISSION);
        assertThat(access(stranger(group)).reason()).startsWith("user stranger may not open");

        mode("vfio/vfio", "rw-rw-rw-");
        mode("vfio/12", "rw-rw----");

        assertThat(access(stranger(group)).ways()).containsExactly(Way.GROUP);
        assertThat(access(stranger(group + 1)).ways()).isEmpty();
    }

    @Test
    void the_owner_has_the_bits_of_the_owner_even_where_others_have_more() throws IOException {
        mode("vfio/devices/vfio3", "r--rw-rw-");
        mode("iommu", "rw-rw-rw-");

        assertThat(access(stranger()).ways()).containsExactly(Way.IOMMUFD);
        assertThat(access(stranger(group)).ways()).containsExactly(Way.IOMMUFD);
        HostUser own = new HostUser("own", owner == 0 ? STRANGER : owner, List.of());
        assertThat(access(own).ways()).containsExactly(owner == 0 ? Way.IOMMUFD : Way.GROUP);
    }

    @Test
    void a_folder_that_cannot_be_searched_hides_what_is_in_it() throws IOException {
        mode("vfio/vfio", "rw-rw-rw-");
        mode("vfio/12", "rw-rw-rw-");
        assertThat(access(stranger()).ways()).containsExactly(Way.GROUP);

        mode("vfio", "rwxr-x---");

        assertThat(access(stranger()).ways()).isEmpty();
        assertThat(access(stranger(group)).ways()).containsExactly(Way.GROUP);
    }

    @Test
    void root_may_open_all() {
        HostUser root = new HostUser("root", 0, List.of(0L));

        assertThat(access(root).ways()).containsExactly(Way.IOMMUFD, Way.GROUP);
        assertThat(finding(root, Topic.LOCKED_MEMORY).text())
                .isEqualTo("no limit holds for user root (root has CAP_IPC_LOCK)");
    }

    @Test
    void users_and_their_groups_come_from_the_files() {
        fake.text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nmaria:x:1000:100:Maria,,,:/home/maria:/bin/sh\n");
        fake.text("etc/group", "root:x:0:\nusers:x:100:\nvfio:x:990:otto,maria\nvideo:x:44:marian\n");

        assertThat(fake.host().user("maria")).contains(new HostUser("maria", 1000, List.of(100L, 990L)));
        assertThat(fake.host().user("1000")).contains(new HostUser("maria", 1000, List.of(100L, 990L)));
        assertThat(fake.host().user("4711")).contains(new HostUser("4711", 4711, List.of()));
        assertThat(fake.host().user("otto")).isEmpty();
        assertThat(fake.host().user("-1")).isEmpty();
    }

    @Test
    void the_users_of_this_host_are_asked_of_the_system() {
        assertThat(Host.system().user("root")).hasValueSatisfying(root -> {
            assertThat(root.uid()).isZero();
            assertThat(root.groups()).contains(0L);
        });
        assertThat(Host.system().user("--nobody has this name")).isEmpty();
    }

    @Test
    void what_cannot_be_known_of_another_user_is_said() {
        HostFinding finding = finding(stranger(7L, 9L), Topic.USER);

        assertThat(finding.level()).isEqualTo(Level.NOTE);
        assertThat(finding.text())
                .contains("stranger (uid 4000000001, groups 7 9)", "access lists", "capabilities", "not known");
        assertThat(finding.remedy()).contains("jvfio doctor as stranger");
        assertThat(finding(stranger(), Topic.GROUPS).text()).contains("user stranger may not open");
        assertThat(fake.host().examine()).extracting(HostFinding::topic).doesNotContain(Topic.USER);
    }

    @Test
    void what_a_user_may_lock_is_not_guessed() {
        HostFinding finding = finding(stranger(), Topic.LOCKED_MEMORY);

        assertThat(finding.level()).isEqualTo(Level.NOTE);
        assertThat(finding.text()).contains("what user stranger may lock is not known");
    }

    @ParameterizedTest
    @CsvSource({
        "'* - memlock 64',PROBLEM,64 KiB",
        "'* - memlock unlimited\nstranger soft memlock 65536',OK,64 MiB",
        "'stranger soft memlock 65536\n* - memlock unlimited',OK,64 MiB",
        "'@vfio - memlock 16384 # enough\n* - memlock 64',NOTE,16 MiB",
        "'@990:999 - memlock infinity',OK,no limit",
        "'4000000000: soft memlock 8192\nstranger hard memlock 4096',NOTE,4 MiB",
        "'* - memlock 64\n* - memlock 128',PROBLEM,128 KiB",
        "'* hard memlock 64',NOTE,what user stranger",
        "'@other - memlock 64\nmaria - memlock 64\n* - nofile 64\n:7 - memlock 64',NOTE,what user stranger"
    })
    void what_a_login_would_set_is_read_from_the_configuration(String lines, Level level, String text) {
        fake.text("etc/group", "vfio:x:990:stranger\nother:x:991:\n");
        fake.text("etc/security/limits.conf", lines + "\n");

        HostFinding finding = finding(stranger(990L), Topic.LOCKED_MEMORY);

        assertThat(finding.level()).isEqualTo(level);
        assertThat(finding.text()).startsWith(text);
    }

    @Test
    void files_beside_the_configuration_come_after_it_in_their_order() {
        fake.text("etc/security/limits.conf", "* - memlock 64\n");
        fake.text("etc/security/limits.d/90-more.conf", "* - memlock 128\n");
        fake.text("etc/security/limits.d/10-most.conf", "* - memlock unlimited\n");
        fake.text("etc/security/limits.d/99-not", "* - memlock unlimited\n");

        assertThat(finding(stranger(), Topic.LOCKED_MEMORY).text())
                .startsWith("128 KiB may be locked (" + root.resolve("etc/security/limits.d/90-more.conf:1"));
    }

    @Test
    void without_configuration_processes_of_the_user_show_what_it_has() {
        process(40, "sleep", STRANGER, "8388608");
        process(41, "daemon", STRANGER, "65536");
        process(42, "other", 1, "1024");

        HostFinding finding = finding(stranger(), Topic.LOCKED_MEMORY);

        assertThat(finding.level()).isEqualTo(Level.NOTE);
        assertThat(finding.text()).startsWith("64 KiB may be locked (the process 41 (daemon) has it;");
    }

    private void process(int number, String name, long uid, String limit) {
        fake.text("proc/" + number + "/status", "Name:\t" + name + "\nUid:\t0\t" + uid + "\t0\t0\n");
        fake.text("proc/" + number + "/limits", "Max locked memory   " + limit + "  unlimited  bytes\n");
    }
}
