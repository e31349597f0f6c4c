// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The layouts of memory that a device defines. Which of the two byte orders applies is the device's manual's to say; the
 * CPU's own order never matters here, so the same driver runs on little- and big-endian machines.
 *
 * <p>Threads: constants.
 */
public final class Layouts {

    /** One byte. */
    public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    /** 16 bits, least significant byte first, aligned to 2. */
    public static final ValueLayout.OfShort LE_SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** 32 bits, least significant byte first, aligned to 4. */
    public static final ValueLayout.OfInt LE_INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** 64 bits, least significant byte first, aligned to 8. */
    public static final ValueLayout.OfLong LE_LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** 16 bits, most significant byte first, aligned to 2. */
    public static final ValueLayout.OfShort BE_SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    /** 32 bits, most significant byte first, aligned to 4. */
    public static final ValueLayout.OfInt BE_INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

    /** 64 bits, most significant byte first, aligned to 8. */
    public static final ValueLayout.OfLong BE_LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);

    private Layouts() {}
}
