// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.Providers;
import io.jvfio.Vfio;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VariantPolicy;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostMdev;
import io.jvfio.host.PciIds;
import io.jvfio.host.VfioAccess;
import io.jvfio.pci.PciDevice;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What commands work on and write to.
 *
 * <p>Threads: immutable.
 *
 * @param host the host
 * @param drivers its kernel drivers
 * @param names the names of ids, read when they are first needed
 * @param jars the models and carriers of others
 * @param opener opens a device by its locator
 * @param out where results go
 * @param terminal whether that is a terminal: columns have bold headings, JSON is indented
 * @param interruption how the process ends early
 */
public record Environment(
        Host host,
        KernelDrivers drivers,
        Supplier<PciIds> names,
        OtherJars jars,
        Opener opener,
        PrintWriter out,
        boolean terminal,
        Interruption interruption) {

    /** Opens a device by its locator. */
    @FunctionalInterface
    public interface Opener {
        /**
         * Opens it.
         *
         * @param providers where carriers and models are looked for
         * @return the device, owned by the caller
         */
        PciDevice open(String locator, OpenOptions options, Providers providers);
    }

    /** The system that the process runs on, with its standard output. */
    public static Environment system(Interruption interruption, OutputStream output) {
        return new Environment(
                Host.system(),
                KernelDrivers.system(),
                PciIds::system,
                OtherJars.of(System.getenv()),
                Vfio::open,
                new PrintWriter(output, true, Charset.defaultCharset()),
                isTerminal(Path.of("/proc/self/fd/1")),
                interruption);
    }

    /** The same with results going elsewhere. */
    public Environment withOutput(PrintWriter writer, boolean isTerminal) {
        return new Environment(host, drivers, names, jars, opener, writer, isTerminal, interruption);
    }

    /** What the site has laid down about variants; the user's own file does not count for a privileged process. */
    public VariantPolicy variantPolicy() {
        return drivers.variantPolicy(!RootsAlone.matters(Path.of("/proc/self/status")));
    }

    /** How the host shows a device, or null if it is none of the host's. */
    public @Nullable VfioAccess access(DeviceLocator locator) {
        if (PciAddress.matches(locator.target())) {
            return host.function(PciAddress.parse(locator.target()))
                    .map(HostFunction::access)
                    .orElse(null);
        }
        return Uuids.parse(locator.target())
                .flatMap(host::mdev)
                .map(HostMdev::access)
                .orElse(null);
    }

    /** Whether an open file is a terminal, by its name: {@code System.console} would ask standard input as well. */
    private static boolean isTerminal(Path descriptor) {
        try {
            String file = Files.readSymbolicLink(descriptor).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException unknown) {
            return false;
        }
    }
}
