// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import io.jvfio.iommu.IovaRange;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What kind of machine the guest is: the {@code facts.properties} of {@code guest/machines}, in the file that the
 * environment variable {@value #VARIABLE} names. Without it there are none. A test that needs what a machine may lack has a
 * tag: see {@link LabParts}. Threads: stateless.
 */
public final class LabFacts {
    private static final String VARIABLE = "JVFIO_LAB_FACTS";
    private static final Properties FACTS = read();

    private LabFacts() {}

    private static Properties read() {
        Properties facts = new Properties();
        String file = System.getenv(VARIABLE);
        if (file != null) {
            try (Reader reader = Files.newBufferedReader(Path.of(file))) {
                facts.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return facts;
    }

    /** A fact that this machine has. */
    public static String fact(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException("this machine's facts do not tell: " + name));
    }

    /** A fact, or empty if this machine's description says nothing of it. */
    public static Optional<String> find(String name) {
        return Optional.ofNullable(FACTS.getProperty(name));
    }

    /** The words of a fact, separated by spaces; none if there is no such fact. */
    public static List<String> words(String name) {
        return find(name)
                .filter(text -> !text.isBlank())
                .map(text -> List.of(text.split(" ")))
                .orElse(List.of());
    }

    /** Whether this machine lacks one of {@link LabParts}. */
    public static boolean lacks(String part) {
        return words("lacks").contains(part);
    }

    /** A range of addresses, {@code 0xFIRST-0xLAST}. */
    public static IovaRange range(String name) {
        String[] bounds = fact(name).split("-", 2);
        return new IovaRange(Long.decode(bounds[0]), Long.decode(bounds[1]));
    }

    /** Where a PCI function is, by what it is for; text that is no address if this machine has none. */
    static String address(String function) {
        return find("function." + function)
                .map(text -> text.substring(0, text.indexOf(' ')))
                .orElse("no " + function);
    }
}
