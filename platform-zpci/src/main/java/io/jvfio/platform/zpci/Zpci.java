// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci;

import io.jvfio.host.HostZpci;
import io.jvfio.pci.ListenerRegistration;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import io.jvfio.variant.PlatformApi;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What IBM Z knows of a PCI function: had by {@code PciDevice.as(Zpci.class)}, whatever variant drives it.
 *
 * <p><b>Errors.</b> The kernel keeps records of a function's errors, up to four, and signals ERR for each. The layer takes
 * them when that comes, before {@code PciDevice.onError} is told, and tells its own listeners of each. The function stays
 * cut off until it is reset: {@link ZpciRecovery}.
 *
 * <p>Threads: thread-safe.
 */
public interface Zpci extends PlatformApi {
    /** How many events {@link #events} keeps. */
    int KEPT_EVENTS = 16;

    /** What VFIO shows of the function: as at open, and read again after each reset. */
    ZpciCapabilities capabilities();

    /** What sysfs says of it, as it was at open; empty where the function is not one of this host's. */
    Optional<HostZpci> host();

    /** Whether there are error records: since Linux 7.3. */
    boolean recordsErrors();

    /**
     * Whether an error is signalled. PCIe functions do; others, virtio-net for example, have no ERR interrupt, and their
     * records wait for {@link #drain}.
     */
    boolean signalsErrors();

    /**
     * Takes the records that there are, and tells the listeners of each, on this thread. Empty without
     * {@link #recordsErrors}. Does not block but for the listeners.
     *
     * @return what they say, the oldest first
     * @throws io.jvfio.VfioException if the carrier refuses
     * @throws io.jvfio.platform.zpci.spec.MalformedZpciException if what it hands out is no record
     * @throws IllegalStateException if the device is closed
     */
    List<ZpciEvent> drain();

    /** The latest events, at most {@link #KEPT_EVENTS}, the oldest first, whoever took them. */
    List<ZpciEvent> events();

    /** Whether an event said that the function failed for good: no reset brings it back. */
    boolean failedForGood();

    /**
     * Calls a listener for each event. It runs on the device's one thread for notices, or on that which calls
     * {@link #drain}; what it throws is logged and told to the driver ({@code PciDevice.onFailure}).
     *
     * @param listener what to call
     * @return the registration; closing it is optional
     */
    ListenerRegistration onEvent(Consumer<? super ZpciEvent> listener);
}
