// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;

class ErrnoTest {

    @Test
    void each_constant_has_its_own_name_in_the_table() throws IllegalAccessException {
        int checked = 0;
        for (Field field : Errno.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
                assertThat(Errno.name(field.getInt(null))).isEqualTo(field.getName());
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(40);
    }

    @Test
    void names_reach_to_the_last_errno_of_linux() {
        assertThat(Errno.name(1)).isEqualTo("EPERM");
        assertThat(Errno.name(11)).isEqualTo("EAGAIN");
        assertThat(Errno.name(35)).isEqualTo("EDEADLK");
        assertThat(Errno.name(95)).isEqualTo("EOPNOTSUPP");
        assertThat(Errno.name(133)).isEqualTo("EHWPOISON");
    }

    @Test
    void a_number_without_a_name_is_shown_as_a_number() {
        for (int number : new int[] {0, 41, 58, 134, 4711, -1, Integer.MIN_VALUE}) {
            assertThat(Errno.name(number)).isEqualTo("errno " + number);
        }
    }
}
