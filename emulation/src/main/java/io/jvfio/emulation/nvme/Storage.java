// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.Closing;
import io.jvfio.FileFailure;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The media of all namespaces, in memory or one after the other in a file, and the serial number that goes with them.
 *
 * <p>Threads: one at a time.
 */
final class Storage implements AutoCloseable {
    private static final int SERIAL_DIGITS = 12;

    private final List<MappedMedia> media;
    private final MappedMedia.@Nullable Backing file;
    private final String serial;

    private Storage(List<MappedMedia> media, MappedMedia.@Nullable Backing file, String serial) {
        this.media = media;
        this.file = file;
        this.serial = serial;
    }

    /**
     * Opens what the options name.
     *
     * @throws IllegalArgumentException if a file cannot be used
     * @throws io.jvfio.VfioException if there is no memory
     */
    static Storage open(SystemCalls sys, NvmeOptions options) {
        Path path = options.file();
        long size = options.size() != 0 ? options.size() : standardSize(options);
        String serial = options.serial().isEmpty() ? standardSerial(path) : options.serial();
        List<MappedMedia> media = new ArrayList<>();
        MappedMedia.Backing file = path == null
                ? null
                : MappedMedia.Backing.open(sys, path, Math.multiplyExact(size, options.namespaces()));
        Storage storage = new Storage(media, file, serial);
        try {
            for (int i = 0; i < options.namespaces(); i++) {
                media.add(file == null ? MappedMedia.memory(sys, size) : file.part(sys, i * size, size));
            }
        } catch (RuntimeException e) {
            try {
                storage.close();
            } catch (RuntimeException late) {
                e.addSuppressed(late);
            }
            throw e;
        }
        return storage;
    }

    private static long standardSize(NvmeOptions options) {
        Path path = options.file();
        if (path == null || !Files.exists(path)) {
            return NvmeOptions.DEFAULT_SIZE;
        }
        try {
            long each = Files.size(path) / options.namespaces() & -Namespace.GRANULE;
            if (each == 0) {
                throw new IllegalArgumentException(path + " is too small for " + options.namespaces()
                        + " namespaces of " + Namespace.GRANULE + " bytes; say how large they are with size=");
            }
            return each;
        } catch (IOException e) {
            throw FileFailure.of("stat", path, e);
        }
    }

    /** The same for the same file, so that a driver finds the same disk again; else another one each time. */
    private static String standardSerial(@Nullable Path path) {
        UUID id = path == null
                ? UUID.randomUUID()
                : UUID.nameUUIDFromBytes(
                        path.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8));
        return "JVFIO" + id.toString().replace("-", "").substring(0, SERIAL_DIGITS);
    }

    List<MappedMedia> media() {
        return media;
    }

    String serial() {
        return serial;
    }

    @Override
    public void close() {
        Closing steps = new Closing();
        media.forEach(each -> steps.attempt(each::close));
        if (file != null) {
            steps.attempt(file::close);
        }
        steps.throwFirst();
    }
}
