// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.CarrierProvider;
import io.jvfio.carrier.PassServer;
import io.jvfio.carrier.PassedDevice;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.host.Host;
import io.jvfio.internal.event.OpenEvent;
import io.jvfio.internal.kernel.KernelCarrier;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.PciDevices;
import io.jvfio.variant.DeviceIdentity;
import io.jvfio.variant.DeviceStack;
import io.jvfio.variant.StackReport;
import io.jvfio.variant.Stacking;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a program starts: a context in which devices are opened.
 *
 * <p>Devices of one context share its interrupt thread and its iommufd, so only they can share an address space. Close
 * the devices first, then the address spaces, then the context. A program with one device needs no context of its own:
 *
 * <pre>{@code
 * try (PciDevice edu = Vfio.open("0000:00:04.0")) {
 *     int id = edu.bar(0).mmio().read32(0);
 * }
 * }</pre>
 *
 * <p>Threads: thread-safe.
 */
public final class Vfio implements AutoCloseable {
    /** Where the carriers are that are no part of core, by scheme. */
    private static final Map<String, String> ARTIFACTS =
            Map.of("vfio-user", "jvfio-vfio-user", "model", "jvfio-emulation");

    private final CarrierContext context;
    private final KernelCarrier kernel;
    private final SystemCalls systemCalls;
    private final Stacking stacking;

    /** By scheme. */
    private final Map<String, CarrierProvider> carriers = new TreeMap<>();

    private final Map<String, String> schemes = new TreeMap<>();

    private Vfio(CarrierContext context) {
        this.context = context;
        this.systemCalls = HasCalls.of(context);
        this.kernel = new KernelCarrier(Host.system());
        List<CarrierProvider> all = new ArrayList<>(List.of(kernel));
        all.addAll(context.find(CarrierProvider.class, loader -> ServiceLoader.load(CarrierProvider.class, loader)));
        all.forEach(this::register);
        this.stacking = new Stacking(context);
    }

    /** Notes what a carrier opens. One that cannot say so, or that names another's scheme, is left out of that. */
    private void register(CarrierProvider carrier) {
        try {
            for (Map.Entry<String, String> each : carrier.schemes().entrySet()) {
                CarrierProvider other = carriers.putIfAbsent(each.getKey(), carrier);
                if (other == null) {
                    schemes.put(each.getKey(), each.getValue());
                    continue;
                }
                context.report(new Providers.Failure(
                        CarrierProvider.class.getName(),
                        new IllegalStateException("the scheme " + each.getKey() + " is "
                                + other.getClass().getName() + "'s, and "
                                + carrier.getClass().getName() + " names it too")));
            }
        } catch (RuntimeException | LinkageError e) {
            context.report(new Providers.Failure(CarrierProvider.class.getName(), e));
        }
    }

    /**
     * Opens a PCI device in a context and a private address space of its own; closing the device closes both. Blocks
     * while the kernel, or a peer, gets the device ready.
     *
     * @param locator a PCI address such as {@code 0000:01:00.0}, or what {@link DeviceLocator} describes
     * @return the device, owned by the caller
     * @throws IllegalArgumentException if the locator is malformed or names nothing
     * @throws VfioException if the device cannot be opened; nothing is left open
     */
    public static PciDevice open(String locator) {
        return open(locator, OpenOptions.defaults());
    }

    /**
     * Opens a PCI device as {@link #open(String)} does.
     *
     * @param options how to open it
     * @param settings of the context, as for {@link #create}
     * @throws IllegalArgumentException if the locator is malformed or names nothing, if the options name an address space,
     *     which belongs to another context, or if the settings are none
     * @throws VfioException if the device cannot be opened; nothing is left open
     */
    public static PciDevice open(String locator, OpenOptions options, Setting... settings) {
        if (options.addressSpace() != null) {
            throw new IllegalArgumentException("an address space belongs to its context; open " + locator + " there");
        }
        Vfio own = create(settings);
        try {
            DeviceLocator device = DeviceLocator.parse(locator);
            return own.wrap(own.openDevice(device, options), device.toString(), own::close);
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    /**
     * A context, owned by the caller. Opens nothing yet.
     *
     * @param settings what is not as usual; of each kind one at most
     * @throws IllegalArgumentException if there are two of a kind, or one is of no kind that jvfio knows
     */
    public static Vfio create(Setting... settings) {
        return new Vfio(CarrierContext.of(settings));
    }

    /**
     * Opens a device of any bus, and puts on it what the options say.
     *
     * @return the device, owned by the caller
     * @throws IllegalArgumentException if the locator names nothing, no carrier knows its scheme, or the address space
     *     in the options is of another carrier
     * @throws io.jvfio.variant.VariantException if no variant can be chosen; nothing is left open
     * @throws VfioException if the device cannot be opened; nothing is left open
     */
    public VfioDevice openDevice(DeviceLocator locator, OpenOptions options) {
        return openStack(locator, options).device();
    }

    /** Opens a device as {@link #openDevice(DeviceLocator, OpenOptions)} does, and tells what was put on it, and why. */
    public DeviceStack openStack(DeviceLocator locator, OpenOptions options) {
        OpenEvent event = OpenEvent.start();
        @Nullable String space = null;
        try {
            VfioDevice device = fresh(carrier(locator).open(context, locator, options), options);
            space = device.addressSpace().description();
            return stacking.put(device, options);
        } finally {
            if (event != null) {
                event.commit(locator.toString(), space);
            }
        }
    }

    /**
     * Opens a device whose descriptors somebody else has opened, and puts on it what the options say.
     *
     * @param device the descriptors, borrowed
     * @param options of which what is put on the device counts
     * @return the device, owned by the caller
     * @throws VfioException if the kernel refuses; the descriptors are as before
     */
    public VfioDevice openDevice(PassedDevice device, OpenOptions options) {
        return stacking.put(kernel.open(context, device), options).device();
    }

    /** Opens a device whose descriptors somebody else has opened, with the variant that describes it best. */
    public VfioDevice openDevice(PassedDevice device) {
        return openDevice(device, OpenOptions.defaults());
    }

    /**
     * Puts layers and a variant on a device that was opened in another way, by a carrier itself for example.
     *
     * @param device taken over, also on failure
     * @param options of which what is put on the device counts
     * @return the device with what is on it, owned by the caller
     * @throws io.jvfio.variant.VariantException if no variant can be chosen
     */
    public DeviceStack stack(VfioDevice device, OpenOptions options) {
        return stacking.put(device, options);
    }

    /**
     * What would be put on a device that is not opened for it.
     *
     * @param device what is known of it
     * @param options of which the variant and its policy count
     */
    public StackReport rankVariants(DeviceIdentity device, OpenOptions options) {
        return stacking.rank(device, options);
    }

    /**
     * Makes a socket at which other programs get a device of the kernel whose nodes this process may open and they may
     * not. They open {@code passed:} and the socket's path.
     *
     * @param device a locator of a device of the kernel behind an IOMMU
     * @param socket a path that does not exist yet, at most 75 bytes
     * @param user who may connect, or null for this process's user; to name another takes CAP_CHOWN
     * @return the server, owned by the caller
     * @throws IllegalArgumentException if the locator or the user names nothing, or the device is not behind an IOMMU
     * @throws VfioException if there is a file of that name
     * @throws java.io.UncheckedIOException if the folder cannot be written
     */
    public PassServer pass(DeviceLocator device, Path socket, @Nullable String user) {
        return kernel.pass(context, device, socket, user);
    }

    /**
     * Opens a PCI device in this context.
     *
     * @return the device, owned by the caller
     * @throws IllegalArgumentException as {@link #openDevice(DeviceLocator, OpenOptions)}, or if the device is no PCI
     *     device
     * @throws VfioException if the device cannot be opened; nothing is left open
     */
    public PciDevice openPci(DeviceLocator locator, OpenOptions options) {
        return wrap(openDevice(locator, options), locator.toString(), () -> {});
    }

    /**
     * The driver author's view of an open device.
     *
     * @param device taken over: closing the result closes it
     * @param name what to call it in errors
     * @throws IllegalArgumentException if it is no PCI device; it is closed then
     */
    public PciDevice pci(VfioDevice device, String name) {
        return wrap(device, name, () -> {});
    }

    /**
     * An empty address space, for devices that are opened with it in their options.
     *
     * @param like a locator of a device that will join; it is not opened
     * @param options which kind of address space
     * @return the space, owned by the caller, who closes it after its devices
     * @throws VfioException if it cannot be made
     */
    public AddressSpace addressSpace(DeviceLocator like, OpenOptions options) {
        return carrier(like).addressSpace(context, like, options);
    }

    /**
     * Takes over a descriptor that this process got from elsewhere: inherited, or from a service manager.
     *
     * @param number the open descriptor; from here on the result owns it
     * @param subject what it is, for errors
     * @throws IllegalArgumentException if the number is negative
     * @throws VfioException with EBADF if no file is open under this number
     */
    public Fd adopt(int number, String subject) {
        return Descriptor.adopt(systemCalls, number, subject);
    }

    /** Makes sure of the reset at open, as far as it is asked for. */
    private static VfioDevice fresh(VfioDevice device, OpenOptions options) {
        if (options.resetOnOpen() == OpenOptions.ResetOnOpen.REQUIRED) {
            try {
                device.reset();
            } catch (RuntimeException e) {
                throw Closing.after(e, device);
            }
        }
        return device;
    }

    private PciDevice wrap(VfioDevice device, String name, Runnable afterClose) {
        try {
            return PciDevices.of(device, name, context, afterClose);
        } catch (RuntimeException e) {
            throw Closing.after(e, device);
        }
    }

    /** The schemes of locators that this context opens, each with what it opens; see {@link CarrierProvider#schemes}. */
    public Map<String, String> schemes() {
        return Collections.unmodifiableMap(schemes);
    }

    /** Which carriers, models and other parts could not be had so far, and why. */
    public List<Providers.Failure> providerFailures() {
        return context.providerFailures();
    }

    private CarrierProvider carrier(DeviceLocator locator) {
        CarrierProvider carrier = carriers.get(locator.scheme());
        if (carrier != null) {
            return carrier;
        }
        String artifact = ARTIFACTS.get(locator.scheme());
        throw new IllegalArgumentException("no carrier on the module path opens \"" + locator + "\"; known schemes: "
                + String.join(", ", schemes.keySet())
                + (artifact == null ? "" : "; io.jvfio:" + artifact + " would have it"));
    }

    /** Ends the context's interrupt thread. Devices must be closed before. Idempotent. */
    @Override
    public void close() {
        context.dispatcher().close();
    }
}
