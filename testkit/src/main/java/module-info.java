// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** Contract tests for carriers and drivers, and a JUnit extension that opens the devices they run on. */
@NullMarked
module io.jvfio.testkit {
    requires static org.jspecify;
    requires transitive io.jvfio.core;
    requires transitive org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires org.assertj.core;
    requires jdk.management;

    exports io.jvfio.testkit;
}
