// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The general definitions (block 2): the outputs that a board has.
 *
 * <p>Threads: immutable.
 *
 * @param crtDdcPin the pins of an analogue monitor's data channel
 * @param flags bits: 0 power management without ACPI, 1 no detection of an analogue monitor at boot, 2 with ACPI
 * @param bootDisplay the two displays to boot on, as handles' low bytes
 * @param childSize how many bytes each entry of the table takes
 * @param children the entries that are in use
 */
public record GeneralDefinitions(
        int crtDdcPin, int flags, List<Integer> bootDisplay, int childSize, List<ChildDevice> children) {
    private static final int CHILD_SIZE = 4;
    private static final int CHILDREN = 5;

    /** Keeps copies of the lists. */
    public GeneralDefinitions {
        bootDisplay = List.copyOf(bootDisplay);
        children = List.copyOf(children);
    }

    /**
     * Takes the block apart.
     *
     * @throws MalformedIgdException if entries are shorter than 33 bytes
     */
    static GeneralDefinitions parse(int version, Blob block) {
        Blob head = block.atLeast(CHILDREN);
        int size = head.u8(CHILD_SIZE);
        int count = size == 0 ? 0 : (head.size() - CHILDREN) / size;
        if (count > 0 && size < ChildDevice.MIN_SIZE) {
            throw new MalformedIgdException(
                    block.origin() + CHILD_SIZE, "entries of " + size + " bytes are too short to be child devices");
        }
        List<ChildDevice> children = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ChildDevice child = new ChildDevice(version, head.slice(CHILDREN + i * size, size));
            if (child.deviceType() != 0) {
                children.add(child);
            }
        }
        return new GeneralDefinitions(head.u8(0), head.u8(1), List.of(head.u8(2), head.u8(3)), size, children);
    }

    /** The block with these definitions, without entries that are not in use. */
    byte[] encode() {
        byte[] block = new byte[CHILDREN + childSize * children.size()];
        block[0] = (byte) crtDdcPin;
        block[1] = (byte) flags;
        block[2] = bootDisplay.get(0).byteValue();
        block[3] = bootDisplay.get(1).byteValue();
        block[CHILD_SIZE] = (byte) childSize;
        for (int i = 0; i < children.size(); i++) {
            byte[] entry = children.get(i).entry().toArray();
            System.arraycopy(entry, 0, block, CHILDREN + i * childSize, Math.min(childSize, entry.length));
        }
        return block;
    }
}
