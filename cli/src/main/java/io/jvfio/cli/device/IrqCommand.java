// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Durations;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.device.IrqInfo;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.pci.PciDevice;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio irq}. */
@Command(
        name = "irq",
        description = "Shows how a device interrupts; with --type, takes its interrupts for some time and counts them.",
        footer = {
            "",
            "For MSI and MSI-X bus mastering is switched on meanwhile. With --trigger the kernel fires each vector once,"
                    + " without the device: that tests the way from the kernel to this process, and fails if a vector does"
                    + " not arrive."
        })
public final class IrqCommand extends OneDeviceCommand {
    /** Lies between two portions of output, and between two unmasks of an interrupt pin that stays up. */
    private static final long PAUSE_MILLIS = 100;

    /** How often a device that is silent is asked whether it is there. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(10);
    private static final Duration DEFAULT_WAIT_AFTER_TRIGGER = Duration.ofSeconds(2);

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            converter = InterruptKinds.class,
            completionCandidates = InterruptKinds.class,
            description = "What to enable: ${COMPLETION-CANDIDATES}.")
    private @Nullable InterruptType type;

    @Option(names = "--vectors", paramLabel = "N", description = "How many vectors (default: all that can be had).")
    private @Nullable Integer vectors;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "How long to take interrupts (default: 10; with --trigger until each has arrived, 2 at most).")
    private @Nullable Double seconds;

    @Option(names = "--trigger", description = "Fire each vector once by software.")
    private boolean trigger;

    /** For picocli. */
    IrqCommand() {}

    @Override
    public Integer call() throws Exception {
        if (type == null && (vectors != null || seconds != null || trigger)) {
            throw usage("--vectors, --wait and --trigger need --type");
        }
        if (vectors != null && vectors < 1) {
            throw usage("--vectors " + vectors + " is not 1 or more");
        }
        if (seconds != null && !(seconds >= 0 && seconds <= Integer.MAX_VALUE)) {
            throw usage("--wait " + seconds + " is no time in seconds");
        }
        return with(device -> type == null ? list(device) : take(device, type));
    }

    private int list(PciDevice device) {
        List<IrqInfo> irqs = DeviceFacts.irqs(device);
        if (json()) {
            printJson(locator, json -> json.objects("interrupts", irqs, DeviceColumns.IRQS::write));
        } else if (irqs.isEmpty()) {
            out().println(locator + " has no interrupts");
        } else {
            print(DeviceColumns.IRQS.table(irqs));
        }
        return 0;
    }

    private int take(PciDevice device, InterruptType kind) throws InterruptedException {
        if (device.interrupts().available(kind) == 0) {
            throw new CommandFailure(locator + " has no " + kind + " interrupts");
        }
        Arrivals arrivals = new Arrivals(device.interrupts().available(kind));
        InterruptOptions options = InterruptOptions.defaults().withHandler(arrivals);
        if (kind != InterruptType.INTX) {
            device.enableBusMaster();
        }
        try (Interrupts enabled = vectors == null
                ? device.interrupts().enableUpTo(kind, Integer.MAX_VALUE, options)
                : device.interrupts().enable(kind, vectors, options)) {
            int count = enabled.vectors();
            say(kind + ": " + count + (count == 1 ? " vector" : " vectors") + " enabled, waiting "
                    + Durations.text(limit()));
            boolean interrupted = watch(device, enabled, arrivals, count);
            report(kind, count, arrivals);
            if (interrupted) {
                return ExitCode.INTERRUPTED;
            }
            return trigger && arrivals.silent(count) > 0 ? ExitCode.FAILED : 0;
        }
    }

    private Duration limit() {
        return seconds != null
                ? Duration.ofNanos((long) (seconds * 1e9))
                : trigger ? DEFAULT_WAIT_AFTER_TRIGGER : DEFAULT_WAIT;
    }

    /**
     * Prints interrupts as they come until the time is over; whether it ended early because the process shall end.
     *
     * @throws io.jvfio.device.DeviceGoneException if the device goes meanwhile
     */
    private boolean watch(PciDevice device, Interrupts enabled, Arrivals arrivals, int count) {
        boolean untilAll = trigger && seconds == null;
        long start = System.nanoTime();
        try {
            for (int vector = 0; trigger && vector < count; vector++) {
                enabled.trigger(vector);
            }
            while (!(untilAll && arrivals.silent(count) == 0)) {
                long left = limit().toNanos() - (System.nanoTime() - start);
                if (left <= 0) {
                    break;
                }
                if (!arrivals.await(Math.min(left, LOOK_NANOS))) {
                    device.guard(() -> {}); // nobody interrupts for a device that is no more
                    continue;
                }
                tell(arrivals, start);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                if (enabled.type() == InterruptType.INTX) {
                    enabled.unmask();
                }
            }
            return false;
        } catch (InterruptedException e) {
            return true;
        } finally {
            tell(arrivals, start);
        }
    }

    private void tell(Arrivals arrivals, long start) {
        Duration now = Duration.ofNanos(System.nanoTime() - start);
        arrivals.take((vector, news) -> say("+" + Durations.text(now) + "  vector " + vector + "  " + news
                + (news == 1 ? " interrupt" : " interrupts")));
    }

    private void report(InterruptType kind, int count, Arrivals arrivals) {
        long total = arrivals.total();
        int silent = arrivals.silent(count);
        String line = total
                + (total == 1 ? " interrupt" : " interrupts")
                + (trigger && silent > 0 ? "; " + silent + " of " + count + " vectors did not arrive" : "");
        print(locator, line, json -> {
            json.text("type", Converters.spelling(kind));
            json.number("vectors", count);
            json.flag("triggered", trigger);
            json.number("total", total);
            json.number("silentVectors", silent);
            json.objects("arrived", arrivals.heard(count), (item, vector) -> {
                item.number("vector", vector);
                item.number("count", arrivals.of(vector));
            });
        });
    }

    /** The kinds of interrupt. */
    static final class InterruptKinds extends Converters.Spelled<InterruptType> {
        /** For picocli. */
        InterruptKinds() {
            super(InterruptType.values(), "kind of interrupt");
        }
    }
}
