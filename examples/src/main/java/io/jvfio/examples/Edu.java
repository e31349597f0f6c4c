// SPDX-License-Identifier: Apache-2.0
package io.jvfio.examples;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Register32;
import io.jvfio.mmio.Register64;

/**
 * The registers of QEMU's educational device, all in BAR 0 (QEMU, {@code docs/specs/edu.rst}). Those below 0x80 take 4-byte
 * accesses only, the others 4 or 8 bytes.
 *
 * <p>Threads: constants.
 */
public final class Edu {
    /** The device's PCI vendor id. */
    public static final int VENDOR_ID = 0x1234;

    /** The device's PCI device id. */
    public static final int DEVICE_ID = 0x11e8;

    /** Read-only: {@link #MAGIC}, {@link #MINOR} and {@link #MAJOR}. */
    public static final Register32 IDENTIFICATION = Register32.at(0x00);

    /** Of {@link #IDENTIFICATION}: {@link #MAGIC_VALUE}. */
    public static final Field MAGIC = Field.bits(7, 0);

    /** Of {@link #IDENTIFICATION}: the minor part of the revision. */
    public static final Field MINOR = Field.bits(23, 16);

    /** Of {@link #IDENTIFICATION}: the major part of the revision. */
    public static final Field MAJOR = Field.bits(31, 24);

    /** What {@link #MAGIC} reads as. */
    public static final int MAGIC_VALUE = 0xed;

    /** Reads as the complement of what was written last. */
    public static final Register32 LIVENESS = Register32.at(0x04);

    /** Write a number, wait until {@link #COMPUTING} is 0, read its factorial, of which 32 bits are kept. */
    public static final Register32 FACTORIAL = Register32.at(0x08);

    /** {@link #COMPUTING} and {@link #FACTORIAL_IRQ}. */
    public static final Register32 STATUS = Register32.at(0x20);

    /** Of {@link #STATUS}, read-only: a factorial is being computed. */
    public static final Field COMPUTING = Field.bit(0);

    /** Of {@link #STATUS}: interrupt when a factorial has been computed. */
    public static final Field FACTORIAL_IRQ = Field.bit(7);

    /** Read-only: why the device interrupts; the values that were raised and not acknowledged. */
    public static final Register32 IRQ_STATUS = Register32.at(0x24);

    /** Write a value to interrupt with it; it is added to {@link #IRQ_STATUS}. */
    public static final Register32 IRQ_RAISE = Register32.at(0x60);

    /** Write a value to take it away from {@link #IRQ_STATUS}. An interrupt pin stays up until all are. */
    public static final Register32 IRQ_ACKNOWLEDGE = Register32.at(0x64);

    /** The value that the device raises when a factorial has been computed. */
    public static final int IRQ_FACTORIAL_DONE = 0x001;

    /** The value that the device raises at the end of a transfer. */
    public static final int IRQ_DMA_DONE = 0x100;

    /** Where a transfer reads: an address in memory, or in the device from {@link #INTERNAL_BUFFER} on. */
    public static final Register64 DMA_SOURCE = Register64.at(0x80);

    /** Where a transfer writes, likewise. */
    public static final Register64 DMA_DESTINATION = Register64.at(0x88);

    /** How many bytes a transfer moves. */
    public static final Register64 DMA_COUNT = Register64.at(0x90);

    /** {@link #START}, and with it {@link #TO_MEMORY} and {@link #RAISE_IRQ}. */
    public static final Register64 DMA_COMMAND = Register64.at(0x98);

    /** Bit of {@link #DMA_COMMAND}: start; reads as 1 until the transfer has ended. */
    public static final long START = 0x1;

    /** Bit of {@link #DMA_COMMAND}: from the device to memory; without it from memory to the device. */
    public static final long TO_MEMORY = 0x2;

    /** Bit of {@link #DMA_COMMAND}: interrupt at the end. */
    public static final long RAISE_IRQ = 0x4;

    /** {@link #START} as a field. */
    public static final Field RUNNING = Field.bit(0);

    /** Where the device's own buffer is in its own addresses. */
    public static final long INTERNAL_BUFFER = 0x40000;

    /** How large the device's own buffer is, in bytes. */
    public static final int INTERNAL_BUFFER_SIZE = 4096;

    /** How many bits an address in memory may have, unless QEMU was told otherwise. */
    public static final int ADDRESS_BITS = 28;

    private Edu() {}
}
