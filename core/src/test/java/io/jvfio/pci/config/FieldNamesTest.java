// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page that lists the names of registers and fields lists those that there are. */
class FieldNamesTest {
    private static final Path PAGE = Path.of("..", "docs", "capability-fields.md");
    private static final Path MADE = Path.of("target", "capability-fields.md");
    private static final String START = "<!-- from here on as FieldNamesTest makes it -->\n";

    @Test
    void the_page_has_the_names_that_the_tables_have() throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf(START) + START.length();
        String now = page.substring(0, start) + FieldNames.page();
        Files.createDirectories(MADE.getParent());
        Files.writeString(MADE, now);

        assertThat(page).as("what it should be is in core/" + MADE).isEqualTo(now);
    }

    @Test
    void registers_that_only_some_functions_have_are_among_them() {
        assertThat(FieldNames.page())
                .contains("`MaxReadReq` RW", "`FLReset` RW1S", "`BrConfRtry` RW", "`VirtioNotify`", "`CXLCap`")
                .contains("`VC0Ctl` and so on", "`SecStatus`");
    }
}
