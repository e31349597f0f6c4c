// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.binding.Journal.Mark;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One step of a change: what a dry run prints, what is done, and what the journal names before it is done. A kernel
 * driver that is null is the one of the module which was loaded.
 *
 * <p>Threads: immutable, all of them.
 */
sealed interface Step {
    /** Loads a module, which brings a driver. */
    record Load(String module, @Nullable String driver) implements Step {}

    /** Names the only driver that may have the function. */
    record Reserve(@Nullable String driver) implements Step {}

    /** Brings an override back; null for none. */
    record Restore(@Nullable String override) implements Step {}

    /** Takes the function away from whichever driver has it; null if none has it when the change is planned. */
    record Unbind(@Nullable String driver) implements Step {}

    /** Gives the function to a driver. */
    record Bind(@Nullable String driver) implements Step {}

    /** Lets the kernel choose a driver, and insists on one; null if any will do, or none. */
    record Probe(@Nullable String driver) implements Step {}

    /** Looks whether the driver offers VFIO. */
    record Verify() implements Step {}

    /** Looks whether all is as it was. */
    record Compare(Binding before) implements Step {}

    /** What the journal says of it. */
    default Mark mark() {
        return switch (this) {
            case Load any -> Mark.LOAD;
            case Reserve any -> Mark.OVERRIDE;
            case Restore any -> Mark.OVERRIDE;
            case Unbind any -> Mark.UNBIND;
            case Bind any -> Mark.BIND;
            case Probe any -> Mark.BIND;
            case Verify any -> Mark.VERIFY;
            case Compare any -> Mark.VERIFY;
        };
    }

    /** It in a word or two; empty if there is nothing to do as far as is known. */
    default String word() {
        return switch (this) {
            case Load load -> "modprobe " + load.module;
            case Unbind unbind -> unbind.driver == null ? "" : "unbind " + unbind.driver;
            default -> mark().name().toLowerCase(Locale.ROOT);
        };
    }

    /** It as lines of a shell. */
    default List<String> shell(PciAddress function) {
        String device = SnapshotReader.DEVICES + function;
        String echo = "echo " + function + " > /sys/bus/pci/drivers";
        return switch (this) {
            case Load load ->
                load.driver != null
                        ? List.of(word())
                        : List.of(word(), "driver=$(ls " + Names.driversOf(load.module) + " | sed -n 's/^pci://p')");
            case Reserve reserve -> List.of("echo " + name(reserve.driver) + " > " + device + "/driver_override");
            case Restore restore ->
                List.of("echo " + Names.orEmpty(restore.override) + " > " + device + "/driver_override");
            case Unbind unbind -> unbind.driver == null ? List.of() : List.of(echo + "/" + unbind.driver + "/unbind");
            case Bind bind -> List.of(echo + "/" + name(bind.driver) + "/bind");
            case Probe any -> List.of(echo + "_probe");
            case Verify any -> List.of("test -d " + device + "/vfio-dev");
            case Compare any -> List.of();
        };
    }

    private static String name(@Nullable String driver) {
        return driver == null ? "\"$driver\"" : driver;
    }
}
