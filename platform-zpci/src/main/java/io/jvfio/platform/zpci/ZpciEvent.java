// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci;

import io.jvfio.Hex;
import io.jvfio.iommu.IovaExplanation;
import io.jvfio.platform.zpci.spec.ErrorCode;
import io.jvfio.platform.zpci.spec.ErrorRecord;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An error of a function, explained.
 *
 * <p>Threads: immutable.
 *
 * @param when the record was taken
 * @param record what the machine says
 * @param address what the failing address means in the device's address space; null if the event is about none, or the
 *     device is in no space
 * @param remedy what to do about it, in one line
 */
public record ZpciEvent(
        Instant when, ErrorRecord record, @Nullable IovaExplanation address, String remedy) {
    /** Refuses null. */
    public ZpciEvent {
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(record, "record");
        Objects.requireNonNull(remedy, "remedy");
    }

    /** Whether the function failed for good. */
    public boolean permanent() {
        return ErrorCode.permanent(record.pec());
    }

    /** {@code translation protection (code 0x4) of function 0x10: 0x1deadb000 was never mapped ...}. */
    public String text() {
        String what = ErrorCode.text(record.pec()) + " (code " + Hex.of(record.pec()) + ") of function "
                + Hex.of(record.fid());
        if (address != null) {
            return what + ": " + address;
        }
        return record.faddr() == 0 ? what : what + ": at " + Hex.of(record.faddr());
    }
}
