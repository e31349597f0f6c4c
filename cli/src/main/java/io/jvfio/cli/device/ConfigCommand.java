// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.host.VfioAccess;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigDump;
import io.jvfio.pci.config.ConfigImage;
import io.jvfio.pci.config.DumpedFunction;
import io.jvfio.pci.config.VitalProductData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio config}. */
@Command(
        name = "config",
        description = "Takes config space apart: header, capabilities, and what is wrong with them.",
        footer = {
            "",
            "D can also be sysfs:ADDRESS, which leaves the device alone, and dump:FILE#ADDRESS: the output of"
                    + " lspci -x, -xxx or -xxxx; without #ADDRESS all functions of the file.",
            "A device that cannot be opened is read from sysfs. Opening a device can reset it."
        })
public final class ConfigCommand extends OneDeviceCommand {
    static final String SYSFS = "sysfs";
    private static final String DUMP = "dump";

    @Option(
            names = {"-x", "--hex"},
            description = "Print the bytes too, as lspci -xxxx does; that reads all of them.")
    private boolean hex;

    /** For picocli. */
    ConfigCommand() {}

    @Override
    public Integer call() throws Exception {
        List<DecodedFunction> functions = functions();
        if (json()) {
            printJson(json -> json.objects("functions", functions, ConfigJson::function));
            return 0;
        }
        for (DecodedFunction function : functions) {
            ConfigText.print(out(), function, environment().names().get());
        }
        return 0;
    }

    private List<DecodedFunction> functions() throws Exception {
        return switch (locator.scheme()) {
            case DUMP -> dumped(locator.target());
            case SYSFS -> List.of(sysfs(address(locator.target())));
            case DeviceLocator.PCI -> List.of(openable() ? with(this::decode) : sysfs(address(locator.target())));
            default -> List.of(with(this::decode));
        };
    }

    private boolean openable() {
        VfioAccess access = environment().access(locator);
        return access != null && access.openable();
    }

    private DecodedFunction decode(PciDevice device) {
        ConfigImage bytes = hex ? ConfigImage.copy(device.config()) : null;
        ConfigContents contents = ConfigContents.of(bytes == null ? device.config() : bytes);
        VitalProductData vpd = device.config().vitalProductData().orElse(null);
        return new DecodedFunction(device.name(), "vfio", bytes, contents, vpd);
    }

    private DecodedFunction sysfs(PciAddress address) {
        ConfigImage bytes = environment()
                .host()
                .config(address)
                .orElseThrow(
                        () -> new CommandFailure("no config space of a PCI function " + address + " on this host"));
        ConfigContents contents = ConfigContents.of(bytes);
        VitalProductData vpd = environment().host().vitalProductData(address).orElse(null);
        return new DecodedFunction(address.toString(), SYSFS, hex ? bytes : null, contents, vpd);
    }

    private List<DecodedFunction> dumped(String target) {
        int hash = target.lastIndexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        PciAddress wanted = hash < 0 ? null : address(target.substring(hash + 1));
        List<DecodedFunction> found = new ArrayList<>();
        for (DumpedFunction function : read(file)) {
            if (wanted == null || wanted.equals(function.address())) {
                found.add(dumped(function));
            }
        }
        if (found.isEmpty()) {
            throw new CommandFailure(
                    file + " has no config space of " + (wanted == null ? "any PCI function" : wanted.toString()));
        }
        return found;
    }

    private static List<DumpedFunction> read(String file) {
        try {
            return ConfigDump.read(Path.of(file));
        } catch (IOException e) {
            throw new CommandFailure("the dump " + file + " cannot be read: " + e);
        }
    }

    private DecodedFunction dumped(DumpedFunction function) {
        return new DecodedFunction(
                function.address().toString(),
                DUMP,
                hex ? function.config() : null,
                ConfigContents.of(function.config()),
                null);
    }

    private PciAddress address(@Nullable String text) {
        if (text == null || !PciAddress.matches(text)) {
            throw usage("'" + text + "' is no PCI address (expected for example 0000:01:00.0)");
        }
        return PciAddress.parse(text);
    }
}
