// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.Hazard.Row;
import io.jvfio.binding.Hazard.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who has named a kernel driver, the strongest first: the request, the environment, the site's policy for this function
 * and for functions like it, and an override that somebody has set before.
 *
 * <p>Threads: immutable.
 */
final class OverrideChain {
    /**
     * What VFIO's drivers call their devices, where that is no driver's name. The kernel writes it into the override of
     * virtual functions whose physical function VFIO has, and then no driver takes them ({@code vfio_pci_core.c}).
     */
    private static final Set<String> DEVICE_KINDS = Set.of(
            "mlx5-vfio-pci",
            "hisi-acc-vfio-pci",
            "hisi-acc-vfio-pci-migration",
            "pds-vfio",
            "virtio-vfio-pci",
            "virtio-vfio-pci-lm",
            "virtio-vfio-pci-trans",
            "nvgrace-gpu-vfio-pci",
            "nvgrace-gpu-vfio-pci-core",
            "qat-vf-vfio-pci",
            "ism-vfio-pci");

    private final List<Link> links = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private @Nullable Hazard pinned;

    /**
     * Something that names a driver.
     *
     * @param rank its place in the chain
     * @param source what it is
     * @param value the driver or module
     */
    record Link(String rank, String source, String value) {}

    OverrideChain(DeviceSnapshot device, Catalogue catalogue, BindingPolicy policy, BindRequest request) {
        if (request.driver() != null) {
            links.add(new Link("O1", "the request", request.driver()));
        } else if (request.generic()) {
            links.add(new Link(
                    "O1",
                    "the request for the generic driver",
                    Ranking.of(device, catalogue, policy, request).defaultDriver()));
        }
        add("O2", "the environment", policy.environment());
        BindingPolicy.Line address = policy.of(device.address());
        if (address != null) {
            links.add(new Link("O3", address.place(), address.driver()));
        }
        BindingPolicy.Line pattern = policy.of(device.modalias());
        if (pattern != null) {
            links.add(new Link("O4", pattern.place(), pattern.driver()));
        }
        String override = device.override();
        boolean own = override != null && override.equals(device.driver()) && device.vfio();
        if (override != null && !own) {
            addExisting(override, device, catalogue);
        }
    }

    private void add(String rank, String source, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            links.add(new Link(rank, source, value.strip()));
        }
    }

    private void addExisting(String override, DeviceSnapshot device, Catalogue catalogue) {
        String module = catalogue.drivers().get(override);
        if (module == null && isDeviceKind(override, device)) {
            notes.add("driver_override " + override + " is no driver's name, but what the driver of "
                    + (device.physicalFunction() == null ? "a physical function" : device.physicalFunction())
                    + " calls its devices: taken as not set");
        } else if (catalogue.isVfioDriver(override)) {
            links.add(new Link("O5", "driver_override, honoured", override));
        } else {
            pinned = new Hazard(Row.U15, Severity.FORCE, "somebody has pinned it: driver_override is " + override);
        }
    }

    private static boolean isDeviceKind(String override, DeviceSnapshot device) {
        return DEVICE_KINDS.contains(override) && !override.equals(device.physicalDriver());
    }

    /** All of them, the strongest first. */
    List<Link> links() {
        return links;
    }

    /** The strongest; null if there is none. */
    @Nullable Link decisive() {
        return links.isEmpty() ? null : links.getFirst();
    }

    /** An override that keeps every VFIO driver away; null if there is none. */
    @Nullable Hazard pinned() {
        return pinned;
    }

    List<String> notes() {
        return notes;
    }
}
