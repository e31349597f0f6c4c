// SPDX-License-Identifier: Apache-2.0
/** A driver that somebody writes against jvfio. */
module com.example.driver {
    requires io.jvfio.core;
    requires io.jvfio.examples;
}
