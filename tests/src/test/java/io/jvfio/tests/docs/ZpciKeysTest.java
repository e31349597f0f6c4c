// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.carrier.CarrierContext;
import io.jvfio.emulation.ModelCarrier;
import io.jvfio.emulation.ModelOption;
import io.jvfio.tests.architecture.Repository;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of zpci's keys in docs/model-guide.md is that of the code. */
final class ZpciKeysTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(zpci\\.[a-z]+)` \\| (?:`([^`]+)`|none) \\| [^|]+ \\|$");

    @Test
    void each_key_is_told_with_its_default() {
        String guide = Repository.text(Repository.ROOT.resolve("docs/model-guide.md"));
        List<ModelOption> options =
                ModelCarrier.wrappers(CarrierContext.of()).get("zpci").options();
        assertThat(ROW.matcher(guide).results().map(row -> key(row)))
                .containsExactlyElementsOf(options.stream()
                        .map(option -> option.key() + "=" + option.standard())
                        .toList());
    }

    private static String key(MatchResult row) {
        return row.group(1) + "=" + (row.group(2) == null ? "" : row.group(2));
    }
}
