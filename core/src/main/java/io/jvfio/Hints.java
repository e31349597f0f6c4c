// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import static io.jvfio.internal.sys.Errno.*;
import static java.util.Map.entry;

import java.util.Map;

/**
 * What to check or run after a known failure, by call and errno.
 *
 * <p>The calls are in the spelling of their headers. The causes were taken from the kernel's paths that return the
 * errno, so a pair that the kernel does not return is not here.
 *
 * <p>Threads: immutable.
 */
final class Hints {

    private static final String MEMLOCK = "the limit of locked memory is reached: compare \"ulimit -l\" with the size, raise"
            + " RLIMIT_MEMLOCK (LimitMEMLOCK= in systemd, memlock in /etc/security/limits.conf) or map less";

    private static final String NOT_MAPPED_HERE =
            "part of the range is not mapped in this process, or not with the access that is asked for";

    private static final String NODE_PERMISSION = "the process may not open this node: give its user read and write"
            + " access, by a udev rule with GROUP= and MODE=\"0660\" for example";

    private static final String HUGE_PAGES =
            "no free huge pages of this size: raise /sys/kernel/mm/hugepages/hugepages-*/nr_hugepages or use ordinary pages";

    private static final String DESCRIPTORS =
            "the process has no file descriptor left: raise RLIMIT_NOFILE (\"ulimit -n\") or close some";

    private static final Map<String, String> BY_CALL = Map.ofEntries(
            // Device nodes and other files
            hint("open", ENOENT, "no such node: is the device bound to a vfio driver, is the module loaded, and is"
                    + " /dev/vfio of this container or chroot the host's?"),
            hint("open", EACCES, NODE_PERMISSION),
            hint("open", EPERM, "the kernel or a container's device policy refuses this node: an unsafe no-IOMMU group"
                    + " needs CAP_SYS_RAWIO; in a container pass the node with --device"),
            hint("open", EBUSY, "somebody has this group or device open already: see \"fuser -v\" on the node"),
            hint("open", ENODEV, "the driver behind this node is gone or not loaded"),
            hint("open", ENXIO, "the driver behind this node is gone or not loaded"));

    private static final Map<Integer, String> BY_ERRNO = Map.of(EMFILE, DESCRIPTORS);

    private Hints() {}

    /**
     * The remedy for a failure.
     *
     * @param call the ioctl or function
     * @param errno a positive errno value
     * @return one or two short sentences, or empty if nothing is known
     */
    static String of(String call, int errno) {
        String known = BY_CALL.get(key(call, errno));
        return known != null ? known : BY_ERRNO.getOrDefault(errno, "");
    }

    private static Map.Entry<String, String> hint(String call, int errno, String text) {
        return entry(key(call, errno), text);
    }

    private static String key(String call, int errno) {
        return call + ' ' + errno;
    }
}
