// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import java.util.Objects;

/**
 * Chooses how a command describes its data, by PRPs or by an SGL.
 *
 * <p>Threads: immutable.
 *
 * @param choice what the user wants
 * @param sgls SGLs that the controller takes: 0 none, 1 of any alignment, 2 of whole dwords
 */
record DataDescription(DataPointers choice, int sgls) {
    DataDescription {
        Objects.requireNonNull(choice, "choice");
        if (choice == DataPointers.SGL && sgls == 0) {
            throw new IllegalArgumentException("the controller takes no SGLs for I/O commands");
        }
    }

    /**
     * Puts the description of data into a command. Allocates nothing.
     *
     * @throws IllegalArgumentException if there is none that the controller takes
     */
    void describe(ScatterList data, DescriptorPages lists, CommandFields command) {
        if (prefersSgl(data, lists.pageSize())) {
            Sgls.describe(data, lists, command, sgls == 2);
        } else {
            Prps.describe(data, lists, command);
        }
    }

    /** How many pages of lists a command needs that moves so many bytes. */
    int listPages(int bytes, int pageSize) {
        return Math.max(1, Prps.listPages(bytes, pageSize));
    }

    private boolean prefersSgl(ScatterList data, int pageSize) {
        if (choice != DataPointers.AUTO || sgls == 0) {
            return choice == DataPointers.SGL;
        }
        // One descriptor in the command itself is shorter than any list of pages.
        boolean needsList = Prps.pages(data, pageSize) > 2;
        return needsList && data.parts() == 1 && Sgls.canDescribe(data, sgls == 2) || !Prps.canDescribe(data, pageSize);
    }
}
