// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.data;

import io.jvfio.iommu.ScatterList;

/**
 * Chooses how a command describes its data, by PRPs or by an SGL. One of them may be used, or both.
 *
 * <p>Threads: immutable.
 *
 * @param prps whether PRPs may be used
 * @param sgls whether SGLs may be used
 * @param dwords whether parts of an SGL have to be of whole dwords
 */
public record DataDescription(boolean prps, boolean sgls, boolean dwords) {

    /**
     * Puts the description of data into a command. Allocates nothing.
     *
     * @throws IllegalArgumentException if there is none that the controller takes
     */
    public void describe(ScatterList data, DescriptorPages lists, CommandFields command) {
        if (prefersSgl(data, lists.pageSize())) {
            Sgls.describe(data, lists, command, dwords);
        } else {
            Prps.describe(data, lists, command);
        }
    }

    /**
     * Puts the description by PRPs into a command in place of one by an SGL, if they may be used and can describe the data.
     *
     * @return whether it was so
     */
    public boolean describeByPages(ScatterList data, DescriptorPages lists, CommandFields command) {
        if (!prps || !command.hasSgl() || !Prps.canDescribe(data, lists.pageSize())) {
            return false;
        }
        Prps.describe(data, lists, command);
        return true;
    }

    /** The same without SGLs. */
    public DataDescription withoutSgls() {
        return new DataDescription(prps, false, dwords);
    }

    /** How many pages of lists a command needs that moves so many bytes. */
    public int listPages(int bytes, int pageSize) {
        return Math.max(1, Prps.listPages(bytes, pageSize));
    }

    private boolean prefersSgl(ScatterList data, int pageSize) {
        if (!prps || !sgls) {
            return sgls;
        }
        // One descriptor in the command itself is shorter than any list of pages.
        boolean needsList = Prps.pages(data, pageSize) > 2;
        return needsList && data.parts() == 1 && Sgls.canDescribe(data, dwords) || !Prps.canDescribe(data, pageSize);
    }
}
