// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.device.VariantChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options about what is put on a device. Threads: as picocli. */
public final class VariantOptions {
    @Option(
            names = "--variant",
            paramLabel = "WHICH",
            converter = Choice.class,
            description =
                    "What drives the device above its carrier: auto, none, or the id of a variant with its options,"
                            + " ID?key=value (default: auto; none for serve and export).")
    private @Nullable VariantChoice variant;

    @Option(
            names = "--on-variant-tie",
            paramLabel = "WHAT",
            converter = Ties.class,
            completionCandidates = Ties.class,
            description =
                    "If two variants describe the device equally well: ${COMPLETION-CANDIDATES} (default: error).")
    private VariantChoice.OnTie onTie = VariantChoice.OnTie.ERROR;

    @Option(names = "--insist-on-variant", description = "Take the named variant even if it declines the device.")
    private boolean insist;

    @Option(
            names = "--strict-variant",
            description = "Fail if a variant fails when it is asked about the device, instead of passing it over.")
    private boolean strict;

    /** For picocli. */
    public VariantOptions() {}

    /**
     * What the user asks for.
     *
     * @param usual if the command line does not say
     */
    public VariantChoice choice(VariantChoice usual) {
        VariantChoice choice = (variant == null ? usual : variant).withOnTie(onTie);
        VariantChoice strictly = strict ? choice.strictly() : choice;
        return insist ? strictly.insisting() : strictly;
    }

    /** {@code auto}, {@code none}, {@code ID?key=value}. */
    static final class Choice implements ITypeConverter<VariantChoice> {
        /** For picocli. */
        Choice() {}

        @Override
        public VariantChoice convert(String text) {
            try {
                return VariantChoice.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** What a tie leads to. */
    static final class Ties extends Converters.Spelled<VariantChoice.OnTie> {
        /** For picocli. */
        Ties() {
            super(VariantChoice.OnTie.values(), "answer to a tie");
        }
    }
}
