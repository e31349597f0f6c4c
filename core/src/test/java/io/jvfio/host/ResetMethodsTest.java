// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResetMethodsTest {
    private static final PciAddress FUNCTION = PciAddress.parse("0000:01:00.0");

    @TempDir
    Path root;

    private Path attribute;
    private ResetMethods methods;

    @BeforeEach
    void makeHost() {
        FakeHost fake = new FakeHost(root);
        attribute = fake.function(FUNCTION.toString(), "8086:10C9", "8086:0000", "20000")
                .resolve("reset_method");
        methods = fake.host().resetMethods(FUNCTION);
    }

    private String written() throws IOException {
        return Files.readString(attribute);
    }

    @Test
    void methods_are_told_in_the_order_in_which_they_are_tried() {
        FakeHost.file(attribute, "flr pm bus\n");
        assertThat(methods.enabled()).containsExactly("flr", "pm", "bus");
        FakeHost.file(attribute, "\n");
        assertThat(methods.enabled()).isEmpty();
    }

    @Test
    void a_function_without_the_attribute_has_none() {
        assertThat(methods.enabled()).isEmpty();
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> methods.choose(List.of("flr")))
                .withMessageContaining("ENOENT")
                .withMessageContaining("no reset for this function");
    }

    @Test
    void a_choice_is_written_as_a_list_and_ends() throws IOException {
        FakeHost.file(attribute, "flr bus\n");

        try (ResetMethods.Choice choice = methods.use(List.of("bus"))) {
            assertThat(choice).isNotNull();
            assertThat(written()).startsWith("bus\n");
            FakeHost.file(attribute, "bus\n");
        }

        assertThat(written()).isEqualTo("flr bus\n");
    }

    @Test
    void the_default_is_a_word_of_its_own() throws IOException {
        FakeHost.file(attribute, "\n");

        methods.restoreDefault();

        assertThat(written()).isEqualTo("default\n");
        assertThatIllegalArgumentException().isThrownBy(() -> methods.choose(List.of("default")));
        assertThatIllegalArgumentException().isThrownBy(() -> methods.choose(List.of("flr bus")));
    }
}
