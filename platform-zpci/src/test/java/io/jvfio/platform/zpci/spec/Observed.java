// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** The capabilities that a real s390x kernel (7.2) showed of a function that QEMU emulates. */
final class Observed {
    static final String BASE =
            "00010002 00000040 0000000100000000 000000017fffffff 0000 0000 0000 00 ff 80020000 00000000";
    static final String GROUP = "00020002 00000070 0000000000000000 fe00000000000000 0000000000000001"
            + " 0fa0 0080 0080 00 00 0080 000000000000";
    static final String PFIP = "00040001 00000000 00000004 00000000";

    private Observed() {}

    static MemorySegment bytes(String hex) {
        return MemorySegment.ofArray(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
