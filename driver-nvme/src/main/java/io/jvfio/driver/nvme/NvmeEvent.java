// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AsyncEvent;

/**
 * Something that a controller tells without having been asked.
 *
 * <p>Threads: immutable.
 *
 * @param type of {@link AsyncEvent}
 * @param information what happened, of {@link AsyncEvent} by type
 * @param logPage the log page that tells more
 */
public record NvmeEvent(int type, int information, int logPage) {

    static NvmeEvent of(int result) {
        return new NvmeEvent(
                AdminCommand.EVENT_TYPE.of(result),
                AdminCommand.EVENT_INFORMATION.of(result),
                AdminCommand.EVENT_LOG_PAGE.of(result));
    }

    /** Whether the list of namespaces, or a namespace, changed. */
    public boolean namespacesChanged() {
        return type == AsyncEvent.NOTICE && information == AsyncEvent.NAMESPACES_CHANGED;
    }

    /** {@code SMART event 1, log page 0x2}. */
    @Override
    public String toString() {
        String kind = switch (type) {
            case AsyncEvent.ERROR -> "error";
            case AsyncEvent.SMART -> "SMART";
            case AsyncEvent.NOTICE -> "notice";
            case AsyncEvent.COMMAND_SET -> "command set";
            case AsyncEvent.VENDOR -> "vendor";
            default -> "type " + type;
        };
        return kind + " event " + information + ", log page " + Hex.of(logPage);
    }
}
