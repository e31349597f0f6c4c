// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.AttributeWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The ways in which the kernel resets a function, in the order in which it tries them ({@code reset_method} of sysfs, Linux
 * 5.15): {@code device_specific}, {@code acpi}, {@code flr}, {@code af_flr}, {@code pm}, {@code bus}, {@code cxl_bus}. It
 * does so when a VFIO device is opened and closed, and on {@code PciDevice.reset}. Which ones a function has, only
 * {@link #restoreDefault} tells. Changes need root, and stay until the device is removed.
 *
 * <p>Threads: thread-safe; each call reads anew.
 */
public final class ResetMethods {
    private static final String CALL = "write";

    private final Sysfs sysfs;
    private final AttributeWriter writer;
    private final Path attribute;
    private final PciAddress address;

    ResetMethods(Sysfs sysfs, AttributeWriter writer, PciAddress address) {
        this.sysfs = sysfs;
        this.writer = writer;
        this.attribute =
                sysfs.path("bus/pci/devices").resolve(address.toString()).resolve("reset_method");
        this.address = address;
    }

    /** A choice of methods that ends with {@link #close}. Threads: as {@link ResetMethods}. */
    public interface Choice extends AutoCloseable {
        /**
         * Goes back to the methods before.
         *
         * @throws VfioException if they cannot be set again
         */
        @Override
        void close();
    }

    /**
     * The methods that are tried, the first one first; empty if the kernel cannot reset the function, or may not. Blocks.
     */
    public List<String> enabled() {
        String text = sysfs.read(attribute);
        return text == null || text.isEmpty() ? List.of() : List.of(text.split("\\s+", -1));
    }

    /**
     * Sets the methods and their order. Blocks.
     *
     * @param methods those that may be tried; none keeps the kernel from resetting the function
     * @throws VfioException with EINVAL if the function does not have one of them
     */
    public void choose(List<String> methods) {
        for (String method : methods) {
            if (!method.matches("[a-z_]+") || method.equals("default")) {
                throw new IllegalArgumentException("\"" + method + "\" is no reset method");
            }
        }
        write(String.join(" ", methods));
    }

    /**
     * Sets methods for a while.
     *
     * @return closing it goes back to those before
     */
    public Choice use(List<String> methods) {
        List<String> before = enabled();
        choose(methods);
        return () -> choose(before);
    }

    /** Enables every method that the function has, in the kernel's order. Blocks. */
    public void restoreDefault() {
        write("default");
    }

    private void write(String text) {
        int result = writer.write(attribute, text);
        if (result < 0) {
            throw new VfioException(CALL, -result, "\"" + text + "\" to reset_method of " + address, hint(-result));
        }
    }

    private String hint(int errno) {
        return switch (errno) {
            case Errno.EINVAL -> "the function has other methods: those in use are " + describe();
            case Errno.EACCES, Errno.EPERM -> "setting the reset method needs root";
            case Errno.ENOENT ->
                Files.exists(attribute.resolveSibling("uevent"))
                        ? "the kernel has no reset for this function, or is older than 5.15"
                        : "there is no such function";
            default -> "";
        };
    }

    private String describe() {
        List<String> methods = enabled();
        return methods.isEmpty() ? "none" : String.join(", ", methods);
    }
}
