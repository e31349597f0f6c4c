// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.DeviceLocator;
import io.jvfio.examples.Edu;
import io.jvfio.host.HostFunction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvfio demo}. */
@Command(
        name = "demo",
        description = "Drives QEMU's educational device (-device edu) step by step, as a driver would.",
        footer = {"", "The program behind it is io.jvfio.examples.EduDriver."})
final class DemoCommand extends DeviceCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "D",
            description = "The device (default: the first edu of this host that can be opened).",
            converter = Converters.Locator.class)
    private @Nullable DeviceLocator locator;

    /** For picocli. */
    DemoCommand() {}

    @Override
    public Integer call() throws Exception {
        DeviceLocator device = locator == null ? first() : locator;
        List<EduDemo.Step> steps = new ArrayList<>();
        if (!json()) {
            out().println("driving " + device + " as an edu device");
        }
        long start = System.nanoTime();
        return with(device, edu -> {
            new EduDemo(edu, start, step -> {
                        steps.add(step);
                        if (!json()) {
                            print(steps.size(), step);
                        }
                    })
                    .run();
            if (json()) {
                printJson(json -> {
                    json.text("device", device.toString());
                    json.objects("steps", steps, (item, step) -> {
                        item.text("name", step.name());
                        item.text("result", step.result());
                        item.number("nanoseconds", step.duration().toNanos());
                    });
                });
            }
            return 0;
        });
    }

    private void print(int number, EduDemo.Step step) {
        out().printf("%2d  %-14s  %8s  %s%n", number, step.name(), Durations.text(step.duration()), step.result());
        out().flush();
    }

    private DeviceLocator first() {
        List<HostFunction> found = environment().host().functions().stream()
                .filter(f -> f.ids().vendor() == Edu.VENDOR_ID && f.ids().device() == Edu.DEVICE_ID)
                .toList();
        if (found.isEmpty()) {
            throw new CommandFailure("this host has no edu device (1234:11e8): run it in a QEMU with -device edu");
        }
        return found.stream()
                .filter(f -> f.access().openable())
                .findFirst()
                .orElseThrow(() -> new CommandFailure("edu " + found.getFirst().address() + " cannot be opened: "
                        + found.getFirst().access().reason()))
                .locator();
    }
}
