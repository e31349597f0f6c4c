// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.PciAddress;
import io.jvfio.internal.sys.AttributeWriter;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.pci.config.ConfigImage;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.pci.config.VitalProductData;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The devices of a host, read from sysfs. Every call reads anew. Devices come and go meanwhile: one that vanishes while
 * it is read is left out, and what is unreadable or no sense in it is shown as unknown.
 *
 * <p>Reading never touches a device, so nothing wakes from runtime suspension; what {@link #config} and
 * {@link #vitalProductData} read, they read from the device.
 *
 * <p>Threads: immutable.
 */
public final class Host {
    private static final int ALL_ONES = 0xffff;

    private final Sysfs sysfs;
    private final HostRoots roots;
    private final SystemFacts facts;
    private final Supplier<SystemCalls> calls;
    private final @Nullable HostUser user;

    Host(Sysfs sysfs, HostRoots roots) {
        this(sysfs, roots, SystemCalls::linux);
    }

    /** A host that is written to by these calls, which are needed only then. */
    Host(Sysfs sysfs, HostRoots roots, Supplier<SystemCalls> calls) {
        this(sysfs, roots, calls, null);
    }

    private Host(Sysfs sysfs, HostRoots roots, Supplier<SystemCalls> calls, @Nullable HostUser user) {
        this.sysfs = sysfs;
        this.roots = roots;
        this.calls = calls;
        this.user = user;
        this.facts = new SystemFacts(sysfs, roots);
    }

    /** The host that this process runs on. */
    public static Host system() {
        return of(Path.of("/"));
    }

    /**
     * A host below a folder: in a container's mount, or made by a test.
     *
     * @param root has {@code sys}, {@code dev}, {@code proc} and {@code lib/modules}, as far as they exist
     */
    public static Host of(Path root) {
        return of(HostRoots.below(Objects.requireNonNull(root, "root")));
    }

    /**
     * This host with devices whose files are elsewhere.
     *
     * @param sysfsRoot in place of {@code /sys}
     * @param devRoot in place of {@code /dev}
     */
    public static Host of(Path sysfsRoot, Path devRoot) {
        return of(HostRoots.with(
                Objects.requireNonNull(sysfsRoot, "sysfsRoot"), Objects.requireNonNull(devRoot, "devRoot")));
    }

    private static Host of(HostRoots roots) {
        return new Host(new Sysfs(roots.sys()), roots);
    }

    /**
     * A user of this host by name or number. Blocks; on the host that this process runs on it runs {@code id}, which may
     * ask a directory service.
     *
     * @return empty for a name that is unknown; a number that is unknown is a user in no group, as in containers
     */
    public Optional<HostUser> user(String name) {
        return new HostUsers(roots.etc()).find(Objects.requireNonNull(name, "name"));
    }

    /**
     * This host with permissions as another user has them, by owner, group and mode of nodes: {@link VfioAccess} and
     * {@link #examine} say what that user can do. Access lists, capabilities, security modules and what a container allows
     * are not seen. What is read is still read by this process.
     */
    public Host seenBy(HostUser other) {
        Objects.requireNonNull(other, "other");
        return new Host(new UserSysfs(roots, other), roots, calls, other);
    }

    /** The PCI functions, by address. Blocks; opens at most three files for each function. */
    public List<HostFunction> functions() {
        return scan().functions();
    }

    /** A PCI function, or empty if there is none at this address. Blocks. */
    public Optional<HostFunction> function(PciAddress address) {
        return scan().function(address);
    }

    /** Whether a VFIO driver is bound to a function. Blocks; costs less than to read all of the {@link #function}. */
    public boolean isVfio(PciAddress address) {
        return scan().isVfio(Objects.requireNonNull(address, "address"));
    }

    /**
     * The nodes that VFIO has made for a function: its own, and that of its group, which it may owe to another function.
     * They are named as the kernel names them, whether they exist here or not. Blocks.
     */
    public List<Path> vfioNodes(PciAddress address) {
        return scan().vfioNodes(Objects.requireNonNull(address, "address"));
    }

    /**
     * A function's config space as sysfs shows it, whoever drives it; an unprivileged process sees 64 bytes. A virtual
     * function reads 0xffff for its vendor and device, which the kernel knows: they are put in, as VFIO does. Blocks.
     *
     * @return empty if there is no such function or its config space cannot be read
     */
    public Optional<ConfigImage> config(PciAddress address) {
        return Optional.ofNullable(sysfs.bytes(file(address, "config"), PciRegisters.EXTENDED_SIZE))
                .filter(bytes -> bytes.length > 0)
                .map(bytes -> ConfigImage.of(identified(address, bytes)));
    }

    /** Both ids of a virtual function belong to the physical one (PCIe 6.0, 9.3.4.1.1 and 9.3.4.1.2). */
    private byte[] identified(PciAddress address, byte[] bytes) {
        boolean unnamed = bytes.length >= Integer.BYTES && (bytes[0] & bytes[1] & bytes[2] & bytes[3]) == -1;
        if (unnamed && sysfs.link(file(address, "physfn")) != null) {
            put(bytes, 0, Numbers.hex(sysfs.read(file(address, "vendor")), Short.SIZE, ALL_ONES));
            put(bytes, Short.BYTES, Numbers.hex(sysfs.read(file(address, "device")), Short.SIZE, ALL_ONES));
        }
        return bytes;
    }

    private static void put(byte[] bytes, int offset, int value) {
        bytes[offset] = (byte) value;
        bytes[offset + 1] = (byte) (value >>> Byte.SIZE);
    }

    /**
     * A function's vital product data. Blocks while the device hands it out, which can take a second.
     *
     * @return empty if there is none or this process may not read it
     */
    public Optional<VitalProductData> vitalProductData(PciAddress address) {
        return Optional.ofNullable(sysfs.bytes(file(address, "vpd"), VitalProductData.LARGEST))
                .filter(bytes -> bytes.length > 0)
                .map(VitalProductData::of);
    }

    /** What sysfs says of a function of IBM Z besides, or empty if it is none, or is not there. Blocks. */
    public Optional<HostZpci> zpci(PciAddress address) {
        Objects.requireNonNull(address, "address");
        return HostZpci.read(sysfs, sysfs.path("bus/pci/devices/" + address));
    }

    /** The mediated devices, by UUID. Blocks. */
    public List<HostMdev> mdevs() {
        return scan().mdevs();
    }

    /** A mediated device, or empty if there is none of this name. Blocks. */
    public Optional<HostMdev> mdev(UUID uuid) {
        return scan().mdev(uuid);
    }

    /** The IOMMU groups by number. Blocks. */
    public List<HostGroup> groups() {
        return scan().groups();
    }

    /** An IOMMU group, or empty if there is none of this number. Blocks. */
    public Optional<HostGroup> group(int number) {
        return scan().group(number);
    }

    /**
     * What this process needs for VFIO, or the user by whom the host is seen, and whether it is there. Where nothing is a {@link HostFinding.Level#PROBLEM}, devices
     * can be used. Nothing is opened. Blocks.
     */
    public List<HostFinding> examine() {
        return new Examination(this, facts, user).findings();
    }

    /** What is special about IBM Z, if that is what this host is. */
    ZpciExamination zpciExamination() {
        return new ZpciExamination(sysfs, facts, this);
    }

    /** What another user may lock, as far as that is known. */
    LockLimits lockLimits(HostUser other) {
        return new LockLimits(sysfs, roots, other);
    }

    /** Whether devices can raise only their own interrupts. */
    InterruptIsolation interruptIsolation() {
        return InterruptIsolation.read(sysfs, roots, iommus());
    }

    /** The IOMMUs by name; empty if the kernel drives none. Blocks. */
    public List<HostIommu> iommus() {
        return facts.iommus();
    }

    /** The host's memory, and how much of it this process may lock. Blocks. */
    public HostMemory memory() {
        return facts.memory();
    }

    /** What the kernel has of VFIO. Blocks. */
    public VfioSupport support() {
        return facts.support();
    }

    /**
     * The virtual functions of a physical one, which need not be there.
     *
     * @param physical the physical function
     */
    public VirtualFunctions virtualFunctions(PciAddress physical) {
        return new VirtualFunctions(
                this, sysfs, new AttributeWriter(calls), Objects.requireNonNull(physical, "physical"));
    }

    /**
     * How the kernel resets a function.
     *
     * @param address the function, which need not be there
     */
    public ResetMethods resetMethods(PciAddress address) {
        return new ResetMethods(sysfs, new AttributeWriter(calls), Objects.requireNonNull(address, "address"));
    }

    /**
     * The processes that have device nodes open, by number. Without privilege only those of the same user can be seen.
     * Blocks, longer the more processes there are.
     *
     * @param nodes as {@link VfioAccess} names them
     */
    public List<NodeHolder> holders(Set<Path> nodes) {
        return new NodeHolders(sysfs, roots.proc()).of(Set.copyOf(nodes));
    }

    private Path file(PciAddress address, String name) {
        Objects.requireNonNull(address, "address");
        return sysfs.path("bus/pci/devices/" + address).resolve(name);
    }

    private HostScan scan() {
        return new HostScan(sysfs, roots.dev());
    }
}
