// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.page;

import io.jvfio.FileFailure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file of a page, open before the work begins, so that nothing is measured in vain. What is in it stays until the page
 * is written. It is no channel, as those close when a thread that has been interrupted uses them.
 *
 * <p>Threads: one at a time.
 */
public final class PageFile implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile file;

    private PageFile(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
    }

    /**
     * Opens or makes a file.
     *
     * @param path null for no file
     * @throws io.jvfio.VfioException if that cannot be done
     */
    public static @Nullable PageFile open(@Nullable Path path) {
        if (path == null) {
            return null;
        }
        try {
            return new PageFile(path, new RandomAccessFile(path.toFile(), "rw"));
        } catch (IOException e) {
            throw FileFailure.of("open", path, e);
        }
    }

    /** Puts a page in place of what is there. */
    public void write(String page) {
        try {
            file.setLength(0);
            file.write(page.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw FileFailure.of("write", path, e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw FileFailure.of("close", path, e);
        }
    }
}
