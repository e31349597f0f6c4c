// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.PciAddress;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What there is here to measure the NVMe driver beside.
 *
 * <p>Threads: immutable; as it was when it was looked at.
 *
 * @param function what {@link #FUNCTION} names, or null
 * @param openable whether that is a function that VFIO has and this user may open, by its group too
 * @param rebindable whether this user may give it to another driver
 * @param programs those of {@link #QEMU_IMG} and {@link #FIO} that are in the PATH
 * @param target what {@link #TARGET} names, or null
 * @param listening whether that is a socket, or at least no ordinary file
 * @param client the command in {@link #CLIENT}, or null
 */
record PeerSetting(
        @Nullable String function,
        boolean openable,
        boolean rebindable,
        Set<String> programs,
        @Nullable Path target,
        boolean listening,
        @Nullable String client) {
    /** The variable with the address of a function that may be read from, and lent to the kernel's driver meanwhile. */
    static final String FUNCTION = "JVFIO_NVME_FUNCTION";

    /** The variable with the socket of a controller of others. */
    static final String TARGET = "JVFIO_NVME_TARGET";

    /** The variable with the command of a client of others. */
    static final String CLIENT = "JVFIO_NVME_CLIENT";

    static final String QEMU_IMG = "qemu-img";
    static final String FIO = "fio";

    /** Copies the set. */
    PeerSetting {
        programs = Set.copyOf(programs);
    }

    /** Looks. */
    static PeerSetting of(Map<String, String> environment) {
        String function = named(environment, FUNCTION);
        Optional<HostFunction> found = function == null ? Optional.empty() : found(function);
        String target = named(environment, TARGET);
        Path socket = target == null ? null : Path.of(target).toAbsolutePath();
        return new PeerSetting(
                function,
                found.isPresent()
                        && found.get().access().openable()
                        && found.get().access().groupNode() != null,
                found.isPresent()
                        && Files.isWritable(
                                LentFunction.folder(found.get().address()).resolve("driver_override")),
                Stream.of(QEMU_IMG, FIO)
                        .filter(program -> isInPath(environment.getOrDefault("PATH", ""), program))
                        .collect(Collectors.toSet()),
                socket,
                socket != null && Files.exists(socket) && !Files.isRegularFile(socket) && !Files.isDirectory(socket),
                named(environment, CLIENT));
    }

    private static @Nullable String named(Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "").strip();
        return value.isEmpty() ? null : value;
    }

    private static Optional<HostFunction> found(String address) {
        try {
            return Host.system().function(PciAddress.parse(address));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isInPath(String path, String program) {
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
