// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.driver.nvme.spec.StatusCode;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * What the controller counts and remembers: the pages of errors and of health. Nothing here is lost by a reset.
 *
 * <p>Threads: one at a time. Allocates nothing after construction.
 */
final class Health {
    /** How many errors are remembered. */
    static final int ERRORS = 128;

    /** The composite temperature in kelvins, which does not change. */
    static final int TEMPERATURE = 310;

    /** Bit of the critical warning: the temperature is beyond a threshold. */
    static final int WARNING_TEMPERATURE = 1 << 1;

    private static final long UNIT = 512_000;
    private static final int ALL_OF_SPARE = 100;
    private static final int SPARE_LIMIT = 10;
    private static final long NANOS_PER_HOUR = 3_600_000_000_000L;

    private final LongSupplier nanos;
    private final long start;
    private final long[] errorLbas = new long[ERRORS];
    private final long[] errorPlaces = new long[ERRORS];
    private final int[] errorStatuses = new int[ERRORS];
    private final int[] errorNamespaces = new int[ERRORS];
    private long errors;
    private long mediaErrors;
    private long bytesRead;
    private long bytesWritten;
    private long reads;
    private long writes;
    private long unsafeShutdowns;

    /**
     * Starts to count.
     *
     * @param nanos the clock
     */
    Health(LongSupplier nanos) {
        this.nanos = nanos;
        this.start = nanos.getAsLong();
    }

    void countRead(long bytes) {
        reads++;
        bytesRead += bytes;
    }

    void countWrite(long bytes) {
        writes++;
        bytesWritten += bytes;
    }

    /** The controller was reset although it had not been shut down. */
    void countUnsafeShutdown() {
        unsafeShutdowns++;
    }

    /**
     * Remembers a command that failed.
     *
     * @param status 15 bits
     */
    void remember(Command command, int status, boolean io) {
        int slot = (int) (errors % ERRORS);
        errors++;
        errorPlaces[slot] = Integer.toUnsignedLong(command.queue()) << Short.SIZE | command.cid();
        errorStatuses[slot] = status;
        errorNamespaces[slot] = command.nsid();
        errorLbas[slot] = io ? command.firstBlock() : 0;
        if (StatusCode.TYPE.of(status) == StatusCode.TYPE_MEDIA) {
            mediaErrors++;
        }
    }

    /** Fills the page of errors, which is all zeroes: the newest first. */
    void fillErrors(MemorySegment out) {
        for (int i = 0; i < Math.min(errors, ERRORS); i++) {
            int slot = (int) ((errors - 1 - i) % ERRORS);
            long base = (long) i * LogPage.ERROR_SIZE;
            LogPage.ERROR_COUNT.set(out, base, errors - i);
            LogPage.ERROR_SQID.set(out, base, (int) (errorPlaces[slot] >>> Short.SIZE));
            LogPage.ERROR_CID.set(out, base, (int) errorPlaces[slot]);
            LogPage.ERROR_STATUS.set(out, base, CompletionEntry.STATUS.set(0, errorStatuses[slot]));
            LogPage.ERROR_LOCATION.set(out, base, 0xffff);
            LogPage.ERROR_LBA.set(out, base, errorLbas[slot]);
            LogPage.ERROR_NSID.set(out, base, errorNamespaces[slot]);
        }
    }

    /** Fills the page of health, which is all zeroes. */
    void fillSmart(MemorySegment out, int criticalWarning) {
        LogPage.CRITICAL_WARNING.set(out, criticalWarning);
        LogPage.TEMPERATURE.set(out, TEMPERATURE);
        LogPage.AVAILABLE_SPARE.set(out, ALL_OF_SPARE);
        LogPage.SPARE_THRESHOLD.set(out, SPARE_LIMIT);
        LogPage.DATA_READ.set(out, (bytesRead + UNIT - 1) / UNIT);
        LogPage.DATA_WRITTEN.set(out, (bytesWritten + UNIT - 1) / UNIT);
        LogPage.READ_COMMANDS.set(out, reads);
        LogPage.WRITE_COMMANDS.set(out, writes);
        LogPage.POWER_CYCLES.set(out, 1);
        LogPage.POWER_ON_HOURS.set(out, (nanos.getAsLong() - start) / NANOS_PER_HOUR);
        LogPage.UNSAFE_SHUTDOWNS.set(out, unsafeShutdowns);
        LogPage.MEDIA_ERRORS.set(out, mediaErrors);
        LogPage.ERROR_ENTRIES.set(out, errors);
    }
}
