// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rows in aligned columns. An empty cell is a dash, so that every row has as many words at its start; a column that is
 * empty in every row is left out. The last column is not padded.
 *
 * <p>Threads: one at a time.
 */
public final class Table {
    private static final String GAP = "  ";
    private static final String BOLD = "\u001b[1m";
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String PLAIN = "\u001b[0m";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    /** The index of a column in which some texts are good and others are not, or -1. */
    private int judged = -1;

    private Predicate<String> good = text -> true;

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** Colours a column where it is printed on a terminal: green what is good, yellow what is not. */
    public void judge(String heading, Predicate<String> isGood) {
        judged = headings.indexOf(heading);
        good = isGood;
    }

    /** Adds a row; null or empty cells are what is absent. */
    public void row(@Nullable String... cells) {
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(cell == null ? "" : printable(cell));
        }
        rows.add(row);
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    public void print(PrintWriter out, boolean terminal) {
        List<Integer> columns = new ArrayList<>();
        for (int column = 0; column < headings.size(); column++) {
            int index = column;
            if (rows.stream().anyMatch(row -> !row.get(index).isEmpty())) {
                columns.add(column);
            }
        }
        int[] widths = widths();
        String heading = line(headings, columns, widths, false);
        out.println(terminal ? BOLD + heading + PLAIN : heading);
        for (List<String> row : rows) {
            out.println(line(row, columns, widths, terminal));
        }
    }

    private String line(List<String> cells, List<Integer> columns, int[] widths, boolean coloured) {
        StringBuilder line = new StringBuilder();
        for (int column : columns) {
            String cell = cells.get(column);
            String text = cell.isEmpty() ? "-" : cell;
            line.append(coloured && column == judged ? (good.test(cell) ? GREEN : YELLOW) + text + PLAIN : text);
            if (column != columns.getLast()) {
                line.repeat(' ', widths[column] - Math.max(1, cell.length())).append(GAP);
            }
        }
        return line.toString();
    }

    private int[] widths() {
        int[] widths = headings.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return widths;
    }

    /** Names come from files; none may steer the terminal. */
    public static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
