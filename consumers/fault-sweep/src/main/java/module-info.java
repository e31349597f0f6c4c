// SPDX-License-Identifier: Apache-2.0
/** A test that somebody writes with jvfio's test kit. */
module com.example.faults {
    requires io.jvfio.core;
    requires io.jvfio.emulation;
    requires io.jvfio.testkit;
}
