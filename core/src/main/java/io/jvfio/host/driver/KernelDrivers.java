// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host.driver;

import io.jvfio.PciAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Chooses the kernel drivers of a host's functions, and explains why.
 *
 * <p>Threads: immutable; every call reads anew.
 */
public final class KernelDrivers {
    private final Path root;
    private final Map<String, String> variables;

    private KernelDrivers(Path root, Map<String, String> variables) {
        this.root = root;
        this.variables = variables;
    }

    /** Those of the host that this process runs on. */
    public static KernelDrivers system() {
        return new KernelDrivers(Path.of("/"), System.getenv());
    }

    /**
     * Those of a host below a folder.
     *
     * @param root has {@code sys}, {@code dev}, {@code proc}, {@code etc} and {@code lib/modules}, as far as they exist
     * @param variables in place of the environment
     */
    public static KernelDrivers of(Path root, Map<String, String> variables) {
        return new KernelDrivers(Objects.requireNonNull(root, "root"), Map.copyOf(variables));
    }

    /**
     * Which driver a function should have, and why. Changes nothing. Blocks.
     *
     * @return empty if there is no function at this address
     * @throws IllegalArgumentException if the site's policy cannot be understood
     */
    public Optional<Explanation> explain(PciAddress address, DriverRequest request) {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(request, "request");
        HostRecording.Recorder recorder = new HostRecording.Recorder(address, new LiveHost(root, variables));
        return explain(new HostFiles(recorder), address, request)
                .map(explained -> explained.with(recorder.recording()));
    }

    /** The same on what was recorded of another host, or of this one before. */
    public static Optional<Explanation> replay(HostRecording recording, DriverRequest request) {
        Objects.requireNonNull(request, "request");
        return explain(recording.files(), recording.address(), request).map(explained -> explained.with(recording));
    }

    private record Explained(DeviceSnapshot device, Catalogue catalogue, DriverRequest request, Decision decision) {
        Explanation with(HostRecording recording) {
            Optional<BindPlan> plan =
                    decision.changes() ? Optional.of(BindPlan.of(device, catalogue, decision)) : Optional.empty();
            return new Explanation(device, catalogue, request, decision, plan, recording);
        }
    }

    private static Optional<Explained> explain(HostFiles files, PciAddress address, DriverRequest request) {
        DriverPolicy policy = DriverPolicy.read(files, address);
        List<String> named = new ArrayList<>(policy.drivers());
        named.add("vfio-pci");
        if (request.driver() != null) {
            named.add(request.driver());
        }
        return new SnapshotReader(files).read(address).map(device -> {
            if (device.override() != null) {
                named.add(device.override());
            }
            Catalogue catalogue = CatalogueReader.read(files, named);
            return new Explained(device, catalogue, request, DriverChoice.choose(device, catalogue, policy, request));
        });
    }
}
