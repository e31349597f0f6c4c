// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ColumnsTest {
    private record Item(String name, int group, @Nullable String driver) {}

    private static final List<Item> ITEMS = List.of(new Item("a", 3, null), new Item("b", -1, "nvme"));

    private final Columns<Item> columns = new Columns<Item>()
            .text("NAME", "name", Item::name)
            .number("GROUP", "group", Item::group)
            .flag("grouped", item -> item.group() >= 0)
            .text("DRIVER", "driver", Item::driver);

    @Test
    void what_is_for_both_is_a_column_and_a_field() {
        assertThat(print(columns.table(ITEMS)::print)).isEqualToNormalizingNewlines("""
                NAME  GROUP  DRIVER
                a     3      -
                b     -      nvme
                """);
        assertThat(Json.object(false, json -> json.objects("items", ITEMS, columns::write)))
                .isEqualTo("{\"items\":[{\"name\":\"a\",\"group\":3,\"grouped\":true,\"driver\":null},"
                        + "{\"name\":\"b\",\"group\":null,\"grouped\":false,\"driver\":\"nvme\"}]}");
    }

    @Test
    void a_table_has_the_columns_that_it_asks_for_in_its_order() {
        assertThat(print(columns.table(ITEMS, "DRIVER", "NAME")::print)).isEqualToNormalizingNewlines("""
                DRIVER  NAME
                -       a
                nvme    b
                """);
        assertThatThrownBy(() -> columns.table(ITEMS, "SIZE")).hasMessage("no column SIZE");
    }

    @Test
    void a_column_of_the_same_heading_takes_the_others_place() {
        columns.column("NAME", item -> "  " + item.name());

        assertThat(print(columns.table(ITEMS)::print)).startsWith("NAME  GROUP").contains("  a   3");
    }

    @Test
    void columns_of_a_part_are_columns_of_the_whole() {
        record Pair(Item left, int right) {}
        Columns<Pair> pairs = new Columns<Pair>().columns(Pair::left, columns).column("RIGHT", Pair::right);

        assertThat(print(pairs.table(List.of(new Pair(ITEMS.get(1), 7)))::print))
                .isEqualToNormalizingNewlines("""
                NAME  DRIVER  RIGHT
                b     nvme    7
                """);
        assertThat(Json.object(false, json -> pairs.write(json, new Pair(ITEMS.get(1), 7))))
                .isEqualTo("{}");
    }

    @Test
    void one_item_is_printed_in_pairs_without_what_is_absent() {
        Properties properties = new Properties();
        columns.addTo(properties, ITEMS.getFirst());

        StringWriter text = new StringWriter();
        properties.print(new PrintWriter(text));
        assertThat(text.toString()).isEqualToNormalizingNewlines("  NAME   a\n  GROUP  3\n");
    }

    private interface Printing {
        void print(PrintWriter out, boolean terminal);
    }

    private static String print(Printing printing) {
        StringWriter text = new StringWriter();
        printing.print(new PrintWriter(text), false);
        return text.toString();
    }
}
