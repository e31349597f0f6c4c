// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jvfio.PciAddress;
import io.jvfio.binding.Hazard.Row;
import io.jvfio.binding.Hazard.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What speaks against taking a device, read from files as the kernel makes them. */
class HazardTableTest {
    private static final PciAddress ADDRESS = PciAddress.parse("0000:01:00.0");
    private static final String REAL = "sys/devices/pci0000:00/" + ADDRESS;

    @TempDir
    Path root;

    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void makeDevice() throws IOException {
        file(REAL + "/modalias", Fixtures.NVME);
        file(REAL + "/reset_method", "flr");
        link("sys/bus/pci/devices/" + ADDRESS, "../../../devices/pci0000:00/" + ADDRESS);
        link(REAL + "/iommu_group", "../../../kernel/iommu_groups/5");
    }

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    private void link(String name, String target) throws IOException {
        Path link = root.resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
    }

    /** A device of a class below the function. */
    private void child(String deviceClass, String name) throws IOException {
        file(REAL + "/" + deviceClass + "/" + name + "/uevent", "");
        link(
                "sys/class/" + deviceClass + "/" + name,
                "../../devices/pci0000:00/" + ADDRESS + "/" + deviceClass + "/" + name);
    }

    private void disk(String name, String number) throws IOException {
        child("block", name);
        file(REAL + "/block/" + name + "/dev", number);
    }

    private List<Hazard> hazards() {
        return KernelDrivers.of(root, variables)
                .explain(ADDRESS, BindRequest.auto())
                .orElseThrow()
                .decision()
                .safety()
                .stream()
                .map(Decision.Safety::hazard)
                .toList();
    }

    private void finds(Row row, Severity severity, String evidence) {
        assertThat(hazards()).anySatisfy(hazard -> {
            assertThat(hazard.id()).isEqualTo(row);
            assertThat(hazard.severity()).isEqualTo(severity);
            assertThat(hazard.evidence()).contains(evidence);
        });
    }

    @Test
    void an_idle_device_has_none() {
        assertThat(hazards()).isEmpty();
    }

    @Test
    void u1_a_mounted_partition() throws IOException {
        disk("nvme0n1p1", "259:1");
        file("proc/self/mountinfo", "36 35 259:1 / /mnt/my\\040data rw - ext4 /dev/root rw");

        finds(Row.U1, Severity.FORCE, "/dev/nvme0n1p1 is mounted at /mnt/my data");
    }

    @Test
    void u1_the_root_file_system_below_encryption_and_volumes() throws IOException {
        disk("nvme0n1", "259:0");
        file(REAL + "/block/nvme0n1/holders/dm-0", "");
        file("sys/class/block/dm-0/dm/name", "crypt");
        file("sys/class/block/dm-0/dev", "253:0");
        file("sys/class/block/dm-0/holders/dm-1", "");
        file("sys/class/block/dm-1/dm/name", "vg-root");
        file("sys/class/block/dm-1/dev", "253:1");
        file("proc/1/mountinfo", "22 1 0:30 / / rw - btrfs /dev/mapper/vg-root rw");

        finds(Row.U1, Severity.NEVER, "held by /dev/dm-0 (crypt), held by /dev/dm-1 (vg-root) is mounted at /");
    }

    @Test
    void u1_swap_and_a_volume_that_is_only_set_up() throws IOException {
        disk("sda", "8:0");
        file("proc/swaps", "Filename Type Size\n/dev/sda partition 100");
        finds(Row.U1, Severity.FORCE, "/dev/sda is swapped on");

        file("proc/swaps", "Filename Type Size");
        file(REAL + "/block/sda/holders/md0", "");
        file("sys/class/block/md0/dev", "9:0");
        finds(Row.U1, Severity.FORCE, "/dev/sda, held by /dev/md0 is set up");
    }

    @Test
    void u1_a_disk_that_nvme_s_multipath_has_made() throws IOException {
        child("nvme", "nvme0");
        file("sys/class/nvme-subsystem/nvme-subsys0/nvme0", "");
        file("sys/class/nvme-subsystem/nvme-subsys0/nvme0n1", "");
        file("sys/class/block/nvme0n1/dev", "259:0");
        file("proc/self/mountinfo", "36 35 259:0 / /data rw - xfs /dev/nvme0n1 rw");

        finds(Row.U1, Severity.FORCE, "/dev/nvme0n1 is mounted at /data");
    }

    private void zfsDisk(String pool) throws IOException {
        disk("sda1", "8:1");
        file(REAL + "/block/sda1/partition", "1");
        Files.createDirectories(root.resolve("dev"));
        Files.write(root.resolve("dev/sda1"), ZfsLabelTest.label(pool));
    }

    @Test
    void u1_a_disk_of_a_zfs_pool_that_is_imported() throws IOException {
        zfsDisk("tank");
        file("sys/module/zfs/version", "2.3.2");
        file("proc/spl/kstat/zfs/arcstats", "");
        finds(Row.U2, Severity.STRICT, "it is a partition");
        assertThat(hazards()).extracting(Hazard::id).doesNotContain(Row.U1);

        file("proc/spl/kstat/zfs/tank/state", "ONLINE");
        finds(Row.U1, Severity.FORCE, "/dev/sda1 is of the ZFS pool tank, which is imported");

        file("proc/1/mountinfo", "22 1 0:30 / / rw - zfs tank/ROOT/debian rw");
        finds(Row.U1, Severity.NEVER, "the ZFS pool tank, which is imported and has the root file system");
    }

    @Test
    void u1_a_disk_of_zfs_without_a_name_while_zfs_runs() throws IOException {
        zfsDisk("");
        finds(Row.U2, Severity.STRICT, "it is a partition");
        file("sys/module/zfs/version", "2.3.2");
        file("proc/spl/kstat/zfs/arcstats", "");

        finds(Row.U1, Severity.FORCE, "/dev/sda1 is of a ZFS pool, and ZFS is running: it may use it");
    }

    @Test
    void u1_a_disk_of_zfs_while_its_statistics_are_hidden() throws IOException {
        zfsDisk("tank");
        file("sys/module/zfs/version", "2.3.2");

        finds(Row.U1, Severity.FORCE, "it may use it");
    }

    @Test
    void u2_data_on_a_disk_that_nobody_uses() throws IOException {
        disk("sda", "8:0");
        Path node = root.resolve("dev/sda");
        Files.createDirectories(node.getParent());
        byte[] first = new byte[0x11000];
        System.arraycopy("_BHRfS_M".getBytes(StandardCharsets.US_ASCII), 0, first, 0x10040, 8);
        Files.write(node, first);

        finds(Row.U2, Severity.STRICT, "btrfs");
        Files.write(node, new byte[0x11000]);
        assertThat(hazards()).isEmpty();
        file(REAL + "/block/sda/partition", "1");
        finds(Row.U2, Severity.STRICT, "it is a partition");
    }

    @ParameterizedTest
    @CsvSource({
        "1080,53ef,ext2/3/4",
        "0,58465342,xfs",
        "510,55aa,partition table or boot sector",
        "512,4546492050415254,GPT"
    })
    void a_disk_is_known_by_its_first_bytes(int offset, String digits, String name) {
        byte[] disk = new byte[DiskSignature.BYTES];
        byte[] magic = HexFormat.of().parseHex(digits);
        System.arraycopy(magic, 0, disk, offset, magic.length);

        assertThat(DiskSignature.of(disk)).contains(name);
        assertThat(DiskSignature.of(new byte[10])).isEmpty();
    }

    @Test
    void u3_an_interface_that_is_up_or_a_part_of_another() throws IOException {
        child("net", "eth0");
        file(REAL + "/net/eth0/flags", "0x1002");
        assertThat(hazards()).isEmpty();

        file(REAL + "/net/eth0/flags", "0x1003");
        file(
                "proc/net/route",
                "Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 0101A8C0 0003 0 0 100 00000000");
        file("proc/net/if_inet6", "fe80000000000000000000000000000 02 40 20 80     eth0");
        finds(Row.U3, Severity.FORCE, "eth0 is up, has a default route, has an IPv6 address");

        file("proc/net/route", "");
        link(REAL + "/net/eth0/master", "../../../../virtual/net/br0");
        file(REAL + "/net/eth0/upper_br0", "");
        file(REAL + "/net/eth0/upper_eth0.5", "");
        finds(Row.U3, Severity.FORCE, "is a port of br0, is under eth0.5");
    }

    @Test
    void u4_the_interface_of_the_session_also_below_a_bridge() throws IOException {
        child("net", "eth0");
        file(REAL + "/net/eth0/flags", "0x1003");
        file(REAL + "/net/eth0/upper_br0", "");
        variables.put("SSH_CONNECTION", "192.168.1.20 50000 192.168.1.2 22");
        file("proc/net/route", """
                Iface Destination Gateway Flags RefCnt Use Metric Mask
                eth9 00000000 0101A8C0 0003 0 0 100 00000000
                br0 0001A8C0 00000000 0001 0 0 0 00FFFFFF""");
        finds(Row.U4, Severity.FORCE_REALLY, "eth0, under br0, carries this SSH session");

        variables.put("SSH_CONNECTION", "fd00::1 50000 fd00::2 22");
        file(
                "proc/net/ipv6_route",
                "fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0");
        finds(Row.U4, Severity.FORCE_REALLY, "eth0 carries this SSH session");
        variables.put("SSH_CONNECTION", "fe80::1%eth0 50000 x 22");
        finds(Row.U4, Severity.FORCE_REALLY, "eth0 carries");
        variables.put("SSH_CONNECTION", "nonsense");
        assertThat(hazards()).extracting(Hazard::id).doesNotContain(Row.U4);
    }

    @Test
    void u5_the_display() throws IOException {
        file(REAL + "/boot_vga", "1");
        child("drm", "card0-HDMI-A-1");
        file(REAL + "/drm/card0-HDMI-A-1/enabled", "enabled");

        finds(Row.U5, Severity.FORCE, "it is the display that the firmware used, card0-HDMI-A-1 shows a picture");
    }

    @Test
    void u6_to_u8_what_hangs_on_it_and_what_it_is() throws IOException {
        file(REAL + "/sriov_numvfs", "2");
        finds(Row.U6, Severity.FORCE, "2 virtual functions");

        Files.write(root.resolve(REAL).resolve("config"), new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0});
        finds(Row.U7, Severity.NEVER, "bridge");

        file(REAL + "/modalias", "pci:v00008086d0000A36Dsv00008086sd00000000bc0Csc03i30");
        child("input", "input3");
        file(REAL + "/input/input3/name", "A keyboard");
        finds(Row.U8, Severity.FORCE, "A keyboard");
    }

    @Test
    void u17_nobody_answers() throws IOException {
        byte[] ones = new byte[64];
        Arrays.fill(ones, (byte) 0xff);
        byte[] virtual = ones.clone();
        virtual[4] = 6;
        Files.write(root.resolve(REAL).resolve("config"), virtual);
        assertThat(hazards()).noneMatch(hazard -> hazard.id() == Row.U17);
        Files.write(root.resolve(REAL).resolve("config"), ones);
        finds(Row.U17, Severity.FORCE, "does not answer: its config space reads as ones");
    }

    @Test
    void u9_a_companion_on_a_host_driver() throws IOException {
        String other = "0000:01:00.1";
        file("sys/devices/pci0000:00/" + other + "/modalias", Fixtures.CONNECTX_PF);
        link("sys/bus/pci/devices/" + other, "../../../devices/pci0000:00/" + other);
        link("sys/devices/pci0000:00/" + other + "/driver", "../../../bus/pci/drivers/e1000e");
        file("sys/kernel/iommu_groups/5/devices/" + other, "");
        file("sys/kernel/iommu_groups/5/devices/" + ADDRESS, "");

        finds(Row.U9, Severity.WARN, "0000:01:00.1 (e1000e)");
    }

    @Test
    void u10_what_vfio_pci_denies_unless_its_parameter_says_otherwise() throws IOException {
        file(REAL + "/modalias", "pci:v00008086d00000B25sv00008086sd00000000bc08sc80i00");
        finds(Row.U10, Severity.NEVER, "disable_denylist=1");

        file("sys/module/vfio_pci/parameters/disable_denylist", "Y");
        assertThat(hazards()).isEmpty();
    }

    @Test
    void u11_no_iommu_and_whether_that_can_be_asked_for() throws IOException {
        Files.delete(root.resolve(REAL).resolve("iommu_group"));
        finds(Row.U11, Severity.NEVER, "switch the IOMMU on");
        file("sys/class/iommu/dmar0/uevent", "");
        finds(Row.U11, Severity.NEVER, "although the host has one");
        file("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y");
        finds(Row.U11, Severity.NO_IOMMU, "no IOMMU");
    }

    @Test
    void u12_no_reset() throws IOException {
        Files.delete(root.resolve(REAL).resolve("reset_method"));

        finds(Row.U12, Severity.WARN, "cannot be reset");
    }

    @Test
    void u13_behind_another_controller() throws IOException {
        PciAddress hidden = PciAddress.parse("10000:01:00.0");
        String real = "devices/pci0000:00/0000:00:0e.0/pci10000:00/" + hidden;
        file("sys/" + real + "/modalias", Fixtures.NVME);
        file("sys/" + real + "/reset_method", "flr");
        link("sys/bus/pci/devices/" + hidden, "../../../" + real);
        link("sys/bus/pci/devices/0000:00:0e.0", "../../../devices/pci0000:00/0000:00:0e.0");
        link("sys/devices/pci0000:00/0000:00:0e.0/driver", "../../../bus/pci/drivers/vmd");
        link("sys/" + real + "/iommu_group", "../../../kernel/iommu_groups/6");

        Decision decision = KernelDrivers.of(root, variables)
                .explain(hidden, BindRequest.auto().withForce())
                .orElseThrow()
                .decision();
        assertThat(decision.failure().orElseThrow().name()).isEqualTo("REFUSED_U13");
        assertThat(decision.reason()).contains("0000:00:0e.0 (vmd)");
    }

    @Test
    void u14_processes_that_have_its_nodes_open() throws IOException {
        file(REAL + "/nvme/nvme0/uevent", "MAJOR=240\nDEVNAME=nvme0");
        link("sys/dev/char/240:0", "../../devices/pci0000:00/" + ADDRESS + "/nvme/nvme0");
        file("proc/driver/nvidia/gpus/" + ADDRESS + "/information", "Model: x\nDevice Minor: 3");
        file("proc/4711/comm", "a tool");
        link("proc/4711/fd/5", "/dev/nvme0");
        link("proc/4711/fd/6", "/dev/nvidia3");

        finds(
                Row.U14,
                Severity.FORCE,
                "a tool (process 4711) has /dev/nvidia3 open, a tool (process 4711) has /dev/nvme0 open");
    }

    @Test
    void u15_and_u16_are_about_the_host_s_settings() throws IOException {
        file(REAL + "/driver_override", "none");
        file("sys/kernel/security/lockdown", "none [integrity] confidentiality");

        assertThat(hazards())
                .extracting(Hazard::id, Hazard::severity)
                .containsExactly(tuple(Row.U15, Severity.FORCE), tuple(Row.U16, Severity.WARN));
    }

    @Test
    void what_makes_no_sense_is_passed_over() throws IOException {
        file("proc/self/mountinfo", "nonsense\n1 2 3 4 5 6 7\n - - - - - - - -");
        file("proc/swaps", "");
        file("proc/net/route", "x\neth0 zz zz\n\n");
        file("proc/net/ipv6_route", "zz");
        child("net", "eth0");
        file(REAL + "/net/eth0/flags", "up");
        file(REAL + "/revision", "zz");
        file(REAL + "/numa_node", "zz");

        assertThat(hazards()).isEmpty();
    }
}
