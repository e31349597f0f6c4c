// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.WriteMulti;

/**
 * Reads and writes of regions. What is a register by width and alignment reaches the device as one access of that width.
 *
 * <p>Threads: one at a time.
 */
final class RegionCommands {
    private final ServedDevice served;
    private final VfioDevice device;
    private final int regionCount;
    private final int most;
    private final boolean readsAsOnes;

    /**
     * For one client.
     *
     * @param regionCount how many regions the client knows of
     * @param most the largest count in bytes
     * @param readsAsOnes whether a bad access is answered like a good one
     */
    RegionCommands(ServedDevice served, int regionCount, int most, boolean readsAsOnes) {
        this.served = served;
        this.device = served.device();
        this.regionCount = regionCount;
        this.most = most;
        this.readsAsOnes = readsAsOnes;
    }

    void read(Message command, Message reply) {
        RegionAccess.checkRead(command, most);
        int count = RegionAccess.count(command);
        RegionAccess.beginReadReply(reply, command, count);
        try {
            int region = RegionAccess.region(command);
            long offset = RegionAccess.offset(command);
            checkRange(command, region, offset, count);
            if (isRegister(region, offset, count)) {
                RegionAccess.setRegister(reply, count, device.readRegister(region, offset, count));
            } else if (count > 0) {
                checkWhole(command, device.read(region, offset, reply.payload(RegionAccess.SIZE, count)), count);
            }
        } catch (RuntimeException e) {
            if (!readsAsOnes) {
                throw e;
            }
            reply.payload(RegionAccess.SIZE, count).fill((byte) -1);
        }
    }

    void write(Message command, Message reply) {
        RegionAccess.checkWrite(command, most);
        int count = RegionAccess.count(command);
        try {
            int region = RegionAccess.region(command);
            long offset = RegionAccess.offset(command);
            checkRange(command, region, offset, count);
            if (isRegister(region, offset, count)) {
                device.writeRegister(region, offset, count, RegionAccess.register(command, count));
            } else if (count > 0) {
                checkWhole(command, device.write(region, offset, command.payload(RegionAccess.SIZE, count)), count);
            }
        } catch (RuntimeException e) {
            if (!readsAsOnes) {
                throw e;
            }
        }
        RegionAccess.writeReply(reply, command);
    }

    /** Does the entries in order, up to the first that fails; the reply says how many were done. */
    void writeMulti(Message command, Message reply) {
        int entries = WriteMulti.check(command);
        int done = 0;
        try {
            for (; done < entries; done++) {
                writeEntry(command, done);
            }
        } catch (RuntimeException e) {
            if (done == 0) {
                throw e;
            }
        }
        WriteMulti.writeReply(reply, command, done);
    }

    private void writeEntry(Message command, int entry) {
        int count = WriteMulti.count(command, entry);
        if (count < 1 || count > Long.BYTES) {
            throw command.invalid("entry " + entry + " of " + Integer.toUnsignedString(count) + " bytes");
        }
        int region = WriteMulti.region(command, entry);
        long offset = WriteMulti.offset(command, entry);
        checkRange(command, region, offset, count);
        if (isRegister(region, offset, count)) {
            device.writeRegister(region, offset, count, WriteMulti.register(command, entry, count));
        } else {
            checkWhole(command, device.write(region, offset, command.payload(WriteMulti.dataAt(entry), count)), count);
        }
    }

    private void checkRange(Message command, int region, long offset, int count) {
        if (region < 0 || region >= regionCount) {
            throw command.invalid("region " + Integer.toUnsignedString(region));
        }
        RegionInfo info = served.region(region);
        if (offset < 0 || offset > info.size() - count) {
            throw command.invalid(count + " bytes at " + Hex.of(offset) + " of region " + region + ", which has "
                    + Hex.of(info.size()));
        }
    }

    private boolean isRegister(int region, long offset, int count) {
        boolean width = count == 1 || count == 2 || count == 4 || count == 8;
        return width && (offset % count == 0 || served.isConfigSpace(region));
    }

    private static void checkWhole(Message command, int done, int count) {
        if (done != count) {
            throw new VfioException(command.name(), Errno.EIO, count + " bytes", "the device moved " + done);
        }
    }
}
