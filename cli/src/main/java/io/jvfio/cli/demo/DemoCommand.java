// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.demo;

import io.jvfio.DeviceLocator;
import io.jvfio.Hex;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.examples.Edu;
import io.jvfio.pci.ConfigSpace;
import io.jvfio.pci.PciDevice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio demo}. */
@Command(
        name = "demo",
        description =
                "Drives a device step by step, as a driver would: an NVMe controller, or QEMU's educational device.",
        footer = {
            "",
            "Without D it needs neither a device nor rights: it models an NVMe controller, serves that at a private",
            "vfio-user socket, and drives it through the socket. An NVMe controller that you name is only read.",
            "model:edu is the educational device as a model; the program behind that is io.jvfio.examples.EduDriver."
        })
public final class DemoCommand extends DeviceCommand {
    private static final String MODEL = "model:nvme?size=256MiB&doorbells=mapped";

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "D",
            description = "The device (default: a model).",
            converter = Converters.Locator.class)
    private @Nullable DeviceLocator locator;

    @Option(
            names = "--write",
            description = "Also write to the NVMe controller D: its first 64 MiB, which are restored at the end.")
    private boolean write;

    /** For picocli. */
    DemoCommand() {}

    @Override
    public Integer call() throws Exception {
        if (locator != null) {
            return drive(locator, log("driving " + locator), write ? NvmeDemo.Access.RESTORE : NvmeDemo.Access.READ);
        }
        if (write) {
            throw usage("--write is for a device that you name");
        }
        DemoLog log = log("driving a model, as no device was named");
        try (PrivateServer server = PrivateServer.start(MODEL, environment().interruption())) {
            log.done("serve", MODEL + " at a socket of this process");
            return drive(server.locator(), log, NvmeDemo.Access.WRITE);
        }
    }

    private int drive(DeviceLocator target, DemoLog log, NvmeDemo.Access access) throws Exception {
        return with(target, device -> {
            ConfigSpace config = device.config();
            if (config.classCode() == ControllerRegisters.CLASS_CODE) {
                tellOpen(log, device);
                new NvmeDemo(device, access, log).run();
            } else if (config.vendorId() == Edu.VENDOR_ID && config.deviceId() == Edu.DEVICE_ID) {
                tellOpen(log, device);
                new EduDemo(device, log).run();
            } else {
                throw new CommandFailure(device.name() + " is neither an NVMe controller nor an edu device: it is "
                        + Hex.digits(config.vendorId(), 4) + ":" + Hex.digits(config.deviceId(), 4) + ", class "
                        + Hex.ofBits(config.classCode(), 24));
            }
            if (json()) {
                printJson(target, log::describe);
            }
            return 0;
        });
    }

    private DemoLog log(String title) {
        say(title);
        return new DemoLog(out(), !json(), environment().terminal());
    }

    private static void tellOpen(DemoLog log, PciDevice device) {
        log.done("open", device.name() + ", " + device.device().addressSpace().description());
    }
}
