// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.variant.Modalias;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The kernel driver and the override of one function: single writes, each checked by what the kernel shows afterwards,
 * since some writes succeed without doing anything.
 *
 * <p>Threads: as its files and effects.
 */
final class FunctionBinding {
    private static final String DRIVERS = "/sys/bus/pci/drivers/";

    private final SnapshotReader reader;
    private final Effects effects;
    private final PciAddress address;
    private final Duration patience;

    FunctionBinding(HostFiles files, Effects effects, PciAddress address, Duration patience) {
        this.reader = new SnapshotReader(files);
        this.effects = effects;
        this.address = address;
        this.patience = patience;
    }

    /** How it is now. */
    Binding binding() {
        return new Binding(reader.driver(address), reader.override(address));
    }

    @Nullable String driver() {
        return reader.driver(address);
    }

    boolean isVfio() {
        return reader.isVfio(address);
    }

    /** Names the only driver that may have it; null for all. */
    void override(@Nullable String driver) {
        String attribute = SnapshotReader.DEVICES + address + "/driver_override";
        int result = effects.write(attribute, driver == null ? "" : driver, patience);
        if (result < 0 || !Objects.equals(reader.override(address), driver)) {
            throw failed(Code.STEP_FAILED, attribute, result, "the override is " + name(reader.override(address)));
        }
    }

    /** Takes it away from its driver, if it has one. */
    void unbind() {
        String driver = driver();
        if (driver == null) {
            return;
        }
        int result = effects.write(DRIVERS + driver + "/unbind", address.toString(), patience);
        String left = driver();
        if (result == -Errno.ETIMEDOUT && left != null) {
            throw BindingException.of(
                    Code.UNBIND_PENDING,
                    left + " has not let go of " + address + " in " + patience.toMillis()
                            + " ms, and the kernel waits on",
                    "somebody uses it; once it is free, jvfio recover puts all back");
        }
        if (left != null) {
            throw failed(Code.STEP_FAILED, DRIVERS + driver + "/unbind", result, left + " is still bound");
        }
    }

    /** Gives it to a driver. */
    void bind(String driver) {
        int result = effects.write(DRIVERS + driver + "/bind", address.toString(), patience);
        if (!driver.equals(driver())) {
            throw failed(Code.PROBE_FAILED, DRIVERS + driver + "/bind", result, "it is not bound to " + driver);
        }
    }

    /**
     * Lets the kernel choose a driver, and then asks for a certain one.
     *
     * @param driver the driver that should have it; null if any may
     * @param modalias what to load modules for if nothing takes it
     */
    void probe(@Nullable String driver, Modalias modalias) {
        int result = effects.write("/sys/bus/pci/drivers_probe", address.toString(), patience);
        if (driver() == null && driver != null) {
            effects.load(modalias.toString(), patience);
            result = effects.write("/sys/bus/pci/drivers_probe", address.toString(), patience);
        }
        String found = driver();
        if (driver != null && !driver.equals(found)) {
            if (found != null) {
                unbind();
            }
            bind(driver);
        } else if (result < 0) {
            throw failed(Code.STEP_FAILED, "/sys/bus/pci/drivers_probe", result, "the kernel refused");
        }
    }

    private BindingException failed(Code code, String attribute, int result, String state) {
        String error = result < 0 ? Errno.name(-result) + " (" + -result + ")" : "nothing came of it";
        return BindingException.of(
                code, "writing " + attribute + " for " + address + ": " + error + "; " + state, hint(code, -result));
    }

    private static String name(@Nullable String override) {
        return override == null ? "not set" : override;
    }

    private static String hint(Code code, int errno) {
        if (errno == Errno.EACCES || errno == Errno.EPERM) {
            return "this needs root, and a kernel that is not locked down";
        }
        return code != Code.PROBE_FAILED
                ? ""
                : switch (errno) {
                    case Errno.ENODEV -> "the override is not in effect, or the driver has another name";
                    case Errno.EBUSY -> "another driver has it, or somebody has its group open";
                    case Errno.EINVAL ->
                        "the driver's denylist has it, it is no endpoint, or it is in no IOMMU group; dmesg may say more";
                    case Errno.EAGAIN -> "the driver waits for something else: try later";
                    case Errno.ETIMEDOUT -> "the driver's probe does not come back";
                    default -> "dmesg may say more";
                };
    }
}
