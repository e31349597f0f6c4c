// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.binding.BindRequest;
import io.jvfio.binding.BindRequest.TiePolicy;
import io.jvfio.binding.Hazard;
import io.jvfio.cli.command.Converters;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which driver is wanted, and what may be put at risk for it. Threads: one at a time. */
final class DriverOptions {
    private static final String ALL = "all";

    @ArgGroup
    private @Nullable Wanted wanted;

    @Option(
            names = "--force",
            arity = "0..1",
            split = ",",
            fallbackValue = ALL,
            paramLabel = "ROW",
            converter = Rows.class,
            description = "Do it although that would hurt: in these rows (U1 to U17), or in all that can be forced.")
    private @Nullable List<String> force;

    @Option(names = "--yes-really", description = "Also if the session that asks may end with it.")
    private boolean yesReally;

    @Option(names = "--strict", description = "Refuse a second choice, and disks with data on them.")
    private boolean strict;

    @Option(names = "--rebind", description = "Take a better driver although it has a VFIO driver already.")
    private boolean rebind;

    @Option(names = "--noiommu", description = "Without an IOMMU too: then nothing keeps the device's DMA in check.")
    private boolean noIommu;

    @Option(
            names = "--on-tie",
            paramLabel = "WAY",
            converter = Tie.class,
            description = "If two drivers claim it in the same words: error, bound, order or generic.")
    private TiePolicy onTie = TiePolicy.ERROR;

    @Option(names = "--prefer", split = ",", paramLabel = "MODULE", description = "Which to prefer in such a case.")
    private List<String> prefer = List.of();

    /** A driver by name, or the one for everything. */
    private static final class Wanted {
        @Option(names = "--driver", paramLabel = "NAME", description = "This driver, by its name or its module's.")
        private @Nullable String driver;

        @Option(names = "--generic", description = "The driver that takes every device.")
        private boolean generic;
    }

    /** For picocli. */
    DriverOptions() {}

    BindRequest request() {
        BindRequest request = BindRequest.auto().withOnTie(onTie).withPrefer(prefer);
        if (wanted != null && wanted.generic) {
            request = request.withGeneric();
        } else if (wanted != null && wanted.driver != null) {
            request = request.withDriver(wanted.driver);
        }
        if (force != null) {
            Set<Hazard.Row> rows = EnumSet.noneOf(Hazard.Row.class);
            force.stream()
                    .filter(row -> !row.equals(ALL))
                    .map(Hazard.Row::valueOf)
                    .forEach(rows::add);
            request = rows.isEmpty() ? request.withForce() : request.withForced(rows);
        }
        request = yesReally ? request.withReallySure() : request;
        request = strict ? request.withStrict() : request;
        request = rebind ? request.withRebind() : request;
        return noIommu ? request.withNoIommu() : request;
    }

    /** The name of a row, or the word for all of them. */
    static final class Rows implements ITypeConverter<String> {
        /** For picocli. */
        Rows() {}

        @Override
        public String convert(String text) {
            if (text.equals(ALL)) {
                return text;
            }
            try {
                return Hazard.Row.valueOf(text.toUpperCase(Locale.ROOT)).name();
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' is no row of the table of hazards: U1 to U17");
            }
        }
    }

    /** The ways out of a tie. */
    static final class Tie extends Converters.Spelled<TiePolicy> {
        /** For picocli. */
        Tie() {
            super(TiePolicy.values(), "way out of a tie");
        }
    }
}
