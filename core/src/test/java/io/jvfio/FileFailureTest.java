// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java says of files, against what the kernel did. */
class FileFailureTest {
    @TempDir
    private Path folder;

    private static VfioException told(ThrowingCallable call) {
        IOException thrown = catchThrowableOfType(IOException.class, call);
        return FileFailure.of("open", "x", thrown);
    }

    @Test
    void failures_of_files_have_the_errno_of_the_kernel() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Path loop = folder.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertThat(told(() -> Files.readString(folder.resolve("absent"))).errno())
                .isEqualTo(Errno.ENOENT);
        assertThat(told(() -> new FileOutputStream(folder.resolve("absent/file").toFile()).close())
                        .errno())
                .isEqualTo(Errno.ENOENT);
        assertThat(told(() -> Files.createFile(file)).errno()).isEqualTo(Errno.EEXIST);
        assertThat(told(() -> Files.readString(folder)).errno()).isEqualTo(Errno.EISDIR);
        assertThat(told(() -> Files.readString(file.resolve("below"))).errno()).isEqualTo(Errno.ENOTDIR);
        assertThat(told(() -> Files.readString(loop)).errno()).isEqualTo(Errno.ELOOP);
        assertThat(told(() -> Files.delete(folder)).errno()).isEqualTo(Errno.ENOTEMPTY);
        assertThat(told(() -> Files.createFile(folder.resolve("n".repeat(300)))).errno())
                .isEqualTo(Errno.ENAMETOOLONG);
        assertThat(told(() -> Files.writeString(Path.of("/dev/full"), "text", StandardOpenOption.WRITE))
                        .errno())
                .isEqualTo(Errno.ENOSPC);
    }

    @Test
    void a_remedy_comes_with_it_and_the_cause_stays() {
        VfioException told = told(() -> Files.readString(folder.resolve("absent")));
        assertThat(told).hasMessageMatching("open failed: ENOENT \\(2\\): x; hint: .*folder.*");
        assertThat(told).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void what_java_does_not_tell_stays_as_it_is() {
        VfioException told = FileFailure.of("read", "x", new IOException("something else"));
        assertThat(told.errno()).isEqualTo(Errno.EIO);
        assertThat(told.hint()).isEqualTo("something else");
    }
}
