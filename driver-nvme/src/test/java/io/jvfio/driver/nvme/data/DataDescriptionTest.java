// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.data;

import static io.jvfio.driver.nvme.data.ListWalk.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.iommu.ScatterList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a controller finds when it follows the description of the data is the data. */
final class DataDescriptionTest {
    private static final long BASE = 0x1_0000_0000L;

    /** How many entries a page of a list has. */
    private static final int ENTRIES = PAGE / 8;

    private final CommandFields command = new CommandFields();

    @ParameterizedTest(name = "{1} bytes from {0}")
    @CsvSource({
        "0, 512",
        "0, 4096",
        "512, 3584",
        "512, 4096",
        "4, 8188",
        "0, 8192",
        "0, 8196",
        "4092, 4096",
        "4092, 4100",
        "0, 2097152",
        "0, 2101248",
        "4, 2101248",
        "2048, 2103296",
        "0, 4194304",
        "0, 4190208",
        "0, 4194308",
        "8, 6291456"
    })
    void pages_of_one_part_are_found(long offset, long size) {
        ScatterList data = new ScatterList().add(BASE + offset, size);
        ListWalk walk = new ListWalk(Prps.listPages(size, PAGE) + 1);
        Prps.describe(data, walk.pages(), command);
        assertThat(walk.prps(command, size)).isEqualTo(ListWalk.of(data));
        assertThat(ListWalk.usesSgl(command)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1, 2, 3, ENTRIES, ENTRIES + 1, ENTRIES + 2, 2 * ENTRIES - 1, 2 * ENTRIES, 2 * ENTRIES + 1, 3000})
    void pages_that_lie_apart_are_found_in_any_number(int pages) {
        ScatterList data = new ScatterList();
        for (int page = 0; page < pages; page++) {
            data.add(BASE + 2L * page * PAGE, PAGE);
        }
        int needed = Prps.listPages(data.size(), PAGE);
        ListWalk walk = new ListWalk(Math.max(1, needed));
        Prps.describe(data, walk.pages(), command);
        assertThat(walk.prps(command, data.size())).isEqualTo(ListWalk.of(data));
        // One entry is in the command, and each page but the last has one that names the next.
        int least = (pages - 2 + ENTRIES - 2) / (ENTRIES - 1);
        if (least > 1) {
            DescriptorPages tooFew = new ListWalk(least - 1).pages();
            assertThatThrownBy(() -> Prps.describe(data, tooFew, command))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("pages of PRPs");
        }
    }

    @Test
    void what_begins_or_ends_inside_a_page_between_parts_is_no_data_for_pages() {
        ListWalk walk = new ListWalk(2);
        ScatterList gap = new ScatterList().add(BASE, 512).add(BASE + 8 * PAGE, PAGE);
        ScatterList late = new ScatterList().add(BASE, PAGE).add(BASE + 8 * PAGE + 512, 512);
        ScatterList odd = new ScatterList().add(BASE + 2, 512);
        for (ScatterList data : new ScatterList[] {gap, late, odd}) {
            assertThatThrownBy(() -> Prps.describe(data, walk.pages(), command))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("only the first part may start");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 255, 256, 257, 510, 511, 512, 765, 766, 767, 1000})
    void parts_of_any_number_are_found_in_an_SGL(int parts) {
        Random random = new Random(parts);
        ScatterList data = new ScatterList();
        for (int part = 0; part < parts; part++) {
            data.add(BASE + (long) part * 0x10000 + random.nextInt(100), 1 + random.nextInt(5000));
        }
        ListWalk walk = new ListWalk(1 + parts / 255);
        Sgls.describe(data, walk.pages(), command, false);
        assertThat(walk.sgl(command)).isEqualTo(ListWalk.of(data));
        assertThat(ListWalk.usesSgl(command)).isTrue();
    }

    @Test
    void an_SGL_that_has_no_room_or_does_not_fit_the_controller_is_refused() {
        ScatterList data = new ScatterList();
        for (int part = 0; part < 600; part++) {
            data.add(BASE + part * 64L, 32);
        }
        assertThatThrownBy(() -> Sgls.describe(data, new ListWalk(2).pages(), command, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pages of SGL descriptors");
        ScatterList odd = new ScatterList().add(BASE + 1, 512);
        assertThatThrownBy(() -> Sgls.describe(odd, new ListWalk(1).pages(), command, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiples of 4 bytes");
    }

    @Test
    void the_shorter_description_is_chosen_and_the_only_one_that_is_possible() {
        DataDescription auto = new DataDescription(true, true, false);
        DescriptorPages lists = new ListWalk(1).pages();
        ScatterList small = new ScatterList().add(BASE, 2 * PAGE);
        ScatterList large = new ScatterList().add(BASE, 3 * PAGE);
        ScatterList pages =
                new ScatterList().add(BASE, PAGE).add(BASE + 4 * PAGE, PAGE).add(BASE + 8 * PAGE, PAGE);
        ScatterList odd = new ScatterList().add(BASE + 1, 512);
        assertThat(usesSgl(auto, small, lists)).isFalse();
        assertThat(usesSgl(auto, large, lists)).isTrue();
        assertThat(usesSgl(auto, pages, lists)).isFalse();
        assertThat(usesSgl(auto, odd, lists)).isTrue();
        assertThat(usesSgl(new DataDescription(false, true, false), small, lists))
                .isTrue();
        assertThat(usesSgl(new DataDescription(true, false, false), large, lists))
                .isFalse();
        assertThatThrownBy(() -> new DataDescription(true, false, false).describe(odd, lists, command))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private boolean usesSgl(DataDescription choice, ScatterList data, DescriptorPages lists) {
        choice.describe(data, lists, command);
        return ListWalk.usesSgl(command);
    }
}
