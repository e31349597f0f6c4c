// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.page;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;

/** The machine that something was measured on, for people. Threads: stateless. */
public final class Machine {
    private static final String PROCESSORS = "/proc/cpuinfo";

    private Machine() {}

    /** {@code 2026-11-30, Intel(R) Xeon(R) CPU, 2 processors, Linux 6.1.0 amd64, Java 25.0.1+8}. */
    public static String text() {
        return LocalDate.now(ZoneId.systemDefault()) + ", " + processor() + ", "
                + Runtime.getRuntime().availableProcessors()
                + " processors, Linux " + System.getProperty("os.version") + " " + System.getProperty("os.arch")
                + ", Java " + Runtime.version();
    }

    private static String processor() {
        try (BufferedReader reader = new BufferedReader(new FileReader(PROCESSORS, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException | UncheckedIOException e) {
            return "unknown processor";
        }
    }
}
