// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import io.jvfio.cli.out.Json;
import io.jvfio.cli.out.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A whole measurement as a table for people, in Markdown and in JSON.
 *
 * <p>Threads: immutable.
 *
 * @param machine where it was measured, and when
 * @param quick whether it was a quick run
 * @param measured the operations
 * @param before what to compare with, or null
 */
record BenchReport(
        String machine,
        boolean quick,
        List<Measured> measured,
        @Nullable BenchFile before) {

    /** A column: its heading, and what it says of an operation. */
    private record Column(String heading, Function<Measured, String> text) {}

    private List<Column> columns() {
        return List.of(
                new Column("AREA", Measured::area),
                new Column("OPERATION", Measured::title),
                new Column("JAVA", Measured::javaText),
                new Column("C", Measured::cText),
                new Column("RATIO", Measured::ratioText),
                new Column("B/OP", Measured::bytesText),
                new Column("BEFORE", one -> earlier(one).map(BenchReport::text).orElse("")),
                new Column(
                        "CHANGE",
                        one -> earlier(one)
                                .map(then -> String.format(Locale.ROOT, "x%.2f", change(one, then)))
                                .orElse("")));
    }

    private Optional<BenchFile.Before> earlier(Measured now) {
        return before == null ? Optional.empty() : before.before(now);
    }

    private static String text(BenchFile.Before then) {
        return then.ratio() == 0
                ? Measured.time(then.java())
                : Measured.time(then.java()) + String.format(Locale.ROOT, ", ratio %.2f", then.ratio());
    }

    /** By the ratios to C where both have one: machines differ, and so does one machine from hour to hour. */
    private static double change(Measured now, BenchFile.Before then) {
        return now.against().isPresent() && then.ratio() > 0
                ? now.against().get().ratio().median() / then.ratio()
                : now.java().median() / then.java();
    }

    Table table() {
        List<Column> columns = columns();
        Table table = new Table(columns.stream().map(Column::heading).toArray(String[]::new));
        for (Measured one : measured) {
            table.row(columns.stream().map(column -> column.text().apply(one)).toArray(String[]::new));
        }
        return table;
    }

    String markdown() {
        StringBuilder text = new StringBuilder(machine).append(".\n\n");
        text.append("| area | operation | Java | C | ratio | B/op |\n|---|---|--:|--:|--:|--:|\n");
        for (Measured one : measured) {
            text.append(String.format(
                    "| %s | `%s` | %s | %s | %s | %s |%n",
                    one.area(), one.title(), one.javaText(), one.cText(), one.ratioText(), one.bytesText()));
        }
        return text.toString();
    }

    void write(Json json) {
        json.text("machine", machine);
        json.flag("quick", quick);
        json.objects("operations", measured, (item, one) -> {
            item.text("area", one.area());
            item.text("operation", one.operation());
            item.text("parameters", one.parameters());
            item.object("java", spread -> write(spread, one.java()));
            one.against().ifPresent(other -> {
                item.object("c", spread -> write(spread, other.c()));
                item.object("ratio", spread -> write(spread, other.ratio()));
            });
            if (one.bytes() >= 0) {
                item.decimal("bytesPerOperation", one.bytes());
            }
            earlier(one).ifPresent(then -> item.decimal("change", change(one, then)));
        });
    }

    private static void write(Json json, Measured.Spread spread) {
        json.decimal("median", spread.median());
        json.decimal("lowest", spread.lowest());
        json.decimal("highest", spread.highest());
    }
}
