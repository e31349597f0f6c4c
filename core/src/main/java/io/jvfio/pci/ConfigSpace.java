// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Hex;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.CapabilityChain;
import io.jvfio.pci.config.CapabilityHeader;
import io.jvfio.pci.config.ConfigView;
import io.jvfio.pci.config.FieldValue;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.pci.config.VitalProductData;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A PCI function's config space: identification, control, and the lists of capabilities.
 *
 * <p>Every access is a call through the carrier, which may virtualize what it shows: a VF's vendor id, BARs, the
 * interrupt capabilities. Any width is allowed at any offset; the carrier may split what is not aligned. An access outside
 * throws {@link IndexOutOfBoundsException}; else each throws what the carrier throws:
 * {@link IllegalStateException} when the device is closed, {@link io.jvfio.device.DeviceGoneException} when it is gone.
 *
 * <p>Threads: thread-safe. {@code modify} and the methods of {@link PciDevice} that change shared registers exclude each
 * other. Accesses do not allocate; they block as the carrier does.
 */
public final class ConfigSpace implements ConfigView {
    private final RegisterPort port;
    private final int size;
    private final String subject;
    private final ReentrantLock lock = new ReentrantLock();

    private ConfigSpace(RegisterPort port, int size, String subject) {
        this.port = port;
        this.size = size;
        this.subject = subject;
    }

    /**
     * Config space behind a port.
     *
     * @param port takes accesses of 1, 2 and 4 bytes at any offset, aligned or not
     * @param size bytes: 64 for the header alone, 256, or 4096 with extended capabilities; what is above is not used
     * @param subject which device, for messages
     * @throws IllegalArgumentException if the size is below 64
     */
    public static ConfigSpace of(RegisterPort port, long size, String subject) {
        if (size < PciRegisters.HEADER_SIZE) {
            throw new IllegalArgumentException(
                    "config space of " + subject + " has " + Hex.of(size) + " bytes, which holds no header");
        }
        return new ConfigSpace(
                Objects.requireNonNull(port, "port"),
                (int) Math.min(size, PciRegisters.EXTENDED_SIZE),
                Objects.requireNonNull(subject, "subject"));
    }

    /** How large it is in bytes: 256, or 4096 with extended capabilities. */
    @Override
    public int size() {
        return size;
    }

    /** Reads one byte: 0 to 0xff. */
    @Override
    public int read8(int offset) {
        return (int) port.read(check(offset, 1), 1);
    }

    /** Reads two bytes: 0 to 0xffff. */
    @Override
    public int read16(int offset) {
        return (int) port.read(check(offset, 2), 2);
    }

    /** Reads four bytes. */
    @Override
    public int read32(int offset) {
        return (int) port.read(check(offset, 4), 4);
    }

    /** Writes one byte: the low 8 bits of the value. */
    public void write8(int offset, int value) {
        port.write(check(offset, 1), 1, value);
    }

    /** Writes two bytes: the low 16 bits of the value. */
    public void write16(int offset, int value) {
        port.write(check(offset, 2), 2, value);
    }

    /** Writes four bytes. */
    public void write32(int offset, int value) {
        port.write(check(offset, 4), 4, Integer.toUnsignedLong(value));
    }

    /**
     * Changes some bits of a 16-bit register and leaves the rest: one read and one write, without another modification in
     * between. Writes even if nothing changes. Bits that are cleared by writing 1 have to be in the mask.
     *
     * @param offset bytes from the start
     * @param mask the bits to change
     * @param value their new values; bits outside the mask are ignored
     */
    public void modify16(int offset, int mask, int value) {
        lock.lock();
        try {
            port.modify(check(offset, Short.BYTES), Short.BYTES, mask, value);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #modify16}, for a 32-bit register. */
    public void modify32(int offset, int mask, int value) {
        lock.lock();
        try {
            port.modify(check(offset, Integer.BYTES), Integer.BYTES, Integer.toUnsignedLong(mask), value);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes one field of a register and nothing else: other fields keep their value, bits that are cleared or started
     * by writing 1 are left alone, reserved ones are written as their kind asks for. One read and one write of the
     * register's width (two of each for a register of 8 bytes, the lower half first), without another modification in
     * between. Writes even if nothing changes.
     *
     * @param field where, from {@link io.jvfio.pci.config.ConfigContents} of this device; what it read then does not
     *     matter
     * @param value the field's new value, unsigned; 1 clears a field that is cleared so
     * @throws IllegalArgumentException if the field cannot be written, or the value has more bits than it
     */
    public void write(FieldValue field, long value) {
        int offset = field.of().offset();
        int width = field.of().register().width();
        // What the change makes of all zeroes and of all ones differs where it keeps what is there.
        long bits = field.changed(0, value);
        long mask = ~(bits ^ field.changed(-1, value));
        lock.lock();
        try {
            for (int done = 0; done < width; done += Integer.BYTES) {
                int part = Math.min(width - done, Integer.BYTES);
                int shift = done * Byte.SIZE;
                port.modify(check(offset + done, part), part, mask >>> shift, bits >>> shift);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The vendor's id, 0 to 0xffff; 0xffff means that nobody answers. */
    public int vendorId() {
        return read16(PciRegisters.VENDOR_ID);
    }

    /** The device id that the vendor gave, 0 to 0xffff. */
    public int deviceId() {
        return read16(PciRegisters.DEVICE_ID);
    }

    /** The revision, 0 to 0xff. */
    public int revisionId() {
        return read8(PciRegisters.REVISION_ID);
    }

    /** Base class, sub-class and programming interface in 24 bits: 0x010802 for NVMe. */
    public int classCode() {
        return read32(PciRegisters.REVISION_ID) >>> 8;
    }

    /** The subsystem vendor's id, 0 to 0xffff; 0 where the header is not an endpoint's and has none. */
    public int subsystemVendorId() {
        return headerLayout() == PciRegisters.HEADER_ENDPOINT ? read16(PciRegisters.SUBSYSTEM_VENDOR_ID) : 0;
    }

    /** The subsystem's id, 0 to 0xffff; 0 where the header is not an endpoint's and has none. */
    public int subsystemId() {
        return headerLayout() == PciRegisters.HEADER_ENDPOINT ? read16(PciRegisters.SUBSYSTEM_ID) : 0;
    }

    /**
     * The standard capabilities in the order of the device's list, read now. A list that leaves its bounds or comes back
     * to itself ends there.
     */
    public List<CapabilityHeader> capabilities() {
        return CapabilityChain.standard(this).capabilities();
    }

    /** The extended capabilities in the order of the device's list, read now; none below 4096 bytes of config space. */
    public List<CapabilityHeader> extendedCapabilities() {
        return CapabilityChain.extended(this).capabilities();
    }

    /**
     * Where the first standard capability with this id starts.
     *
     * @param id 0 to 0xff
     */
    public OptionalInt capability(int id) {
        return first(capabilities(), id);
    }

    /**
     * Where the first extended capability with this id starts.
     *
     * @param id 0 to 0xffff
     */
    public OptionalInt extendedCapability(int id) {
        return first(extendedCapabilities(), id);
    }

    /**
     * Vital product data, read out of the device now through its capability. Blocks while the device looks for it: four
     * bytes at a time, some milliseconds each on slow devices; what it has not handed out after three seconds is left out,
     * and named in the result's problem.
     *
     * @return empty if the device has no such capability
     */
    public Optional<VitalProductData> vitalProductData() {
        OptionalInt capability = capability(PciRegisters.CAP_VPD);
        return capability.isPresent()
                ? Optional.of(VitalProductData.of(new VpdReader(this, capability.getAsInt())))
                : Optional.empty();
    }

    /** {@code config space of 0000:01:00.0, 0x1000 bytes}. */
    @Override
    public String toString() {
        return "config space of " + subject + ", " + Hex.of(size) + " bytes";
    }

    /** The header's layout: endpoint, bridge or CardBus bridge. */
    int headerLayout() {
        return read8(PciRegisters.HEADER_TYPE) & PciRegisters.HEADER_LAYOUT_MASK;
    }

    /** Held by whoever changes registers that several parts share: COMMAND, PMCSR, message control. */
    ReentrantLock lock() {
        return lock;
    }

    private static OptionalInt first(List<CapabilityHeader> list, int id) {
        return list.stream()
                .filter(capability -> capability.id() == id)
                .mapToInt(CapabilityHeader::offset)
                .findFirst();
    }

    private int check(int offset, int width) {
        if (offset < 0 || offset > size - width) {
            throw new IndexOutOfBoundsException(
                    width + " bytes at offset " + Hex.of(offset) + " are not inside " + this);
        }
        return offset;
    }
}
